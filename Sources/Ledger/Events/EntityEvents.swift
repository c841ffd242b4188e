// Organizations, users, operations, clients and profiles.

/// Introduces an organization. Its ordinal is its place among these events.
package struct OrganizationRegistered: Message, Equatable {
  /// Its external id.
  package var id: String?

  package init() {}

  package init(id: String? = nil) {
    self.id = id
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
  }
}

/// Every key of the organization is refused from here on.
package struct OrganizationDisabled: Message, Equatable {
  package var organization = OrganizationOrdinal.absent

  package init() {}

  package init(organization: OrganizationOrdinal) {
    self.organization = organization
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "organization", &organization)
  }
}

/// Ends `organization.disabled`.
package struct OrganizationEnabled: Message, Equatable {
  package var organization = OrganizationOrdinal.absent

  package init() {}

  package init(organization: OrganizationOrdinal) {
    self.organization = organization
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "organization", &organization)
  }
}

/// Introduces a user. Who it is stands sealed; the tag finds it again.
package struct UserRegistered: Message, Equatable {
  package var organization = OrganizationOrdinal.absent
  package var tag: Tag?
  /// A `Person`.
  package var sealed: SealedText?

  package init() {}

  package init(organization: OrganizationOrdinal, tag: Tag? = nil, sealed: SealedText? = nil) {
    self.organization = organization
    self.tag = tag
    self.sealed = sealed
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "organization", &organization)
    try fields.field(2, "tag", &tag)
    try fields.field(3, "sealed", &sealed)
  }
}

/// Whatever the user presents is refused from here on.
package struct UserDisabled: Message, Equatable {
  package var user = UserOrdinal.absent

  package init() {}

  package init(user: UserOrdinal) {
    self.user = user
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
  }
}

/// Ends `user.disabled`.
package struct UserEnabled: Message, Equatable {
  package var user = UserOrdinal.absent

  package init() {}

  package init(user: UserOrdinal) {
    self.user = user
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
  }
}

/// Introduces an operation by its name.
package struct OperationDefined: Message, Equatable {
  package var name: String?

  package init() {}

  package init(name: String? = nil) {
    self.name = name
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
  }
}

/// Introduces a client: an address with a user agent, sealed.
package struct ClientSeen: Message, Equatable {
  package var tag: Tag?
  /// A `ClientIdentity`.
  package var sealed: SealedText?

  package init() {}

  package init(tag: Tag? = nil, sealed: SealedText? = nil) {
    self.tag = tag
    self.sealed = sealed
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "tag", &tag)
    try fields.field(2, "sealed", &sealed)
  }
}

/// Introduces a profile, or gives a known one its next version.
package struct ProfileSet: Message, Equatable {
  package var name: String?
  package var version: UInt32 = 0
  /// The profile as JSON, exactly as it is in force.
  package var document: String?
  /// What of it decides.
  package var policy: Policy?

  package init() {}

  package init(
    name: String? = nil, version: UInt32, document: String? = nil, policy: Policy? = nil
  ) {
    self.name = name
    self.version = version
    self.document = document
    self.policy = policy
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
    try fields.field(2, "version", &version)
    try fields.field(3, "document", &document)
    try fields.field(4, "policy", &policy)
  }
}
