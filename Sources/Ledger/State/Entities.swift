/// An organization. Its activity stands beside it in `LedgerState`.
package struct Organization: Message, Hashable {
  package var id: String?
  package var enabled = Optional<Latest<Switch>>.none
  package var registered: Earliest<Creation>?

  package init() {}
  package init(id: String) { self.id = id }

  package var isEnabled: Bool { enabled?.value?.isOn ?? true }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
    try fields.field(2, "enabled", &enabled)
    try fields.field(3, "registered", &registered)
  }
}

/// A user; who it is stands sealed.
package struct User: Message, Hashable {
  package var tag: Tag?
  package var sealed: SealedText?
  package var enabled: Latest<Switch>?
  /// The organization of the earliest event that names the user.
  package var belongs: Earliest<Membership>?
  package var registered: Earliest<Creation>?
  /// Credits. Grants less charges; it cannot fall below zero, because a request that costs more is
  /// refused.
  package var credits: Int64 = 0
  package var block: Block?
  package var isErased = false
  /// Failed tasks that have not led to a block yet, oldest first; fewer than any threshold.
  package var failures: [FailedTask] = []
  /// Registered here, and not by somebody's history.
  package var isLive = false

  package init() {}

  package init(tag: Tag?, sealed: SealedText?, isLive: Bool) {
    self.tag = tag
    self.sealed = sealed
    self.isLive = isLive
  }

  package var isEnabled: Bool { enabled?.value?.isOn ?? true }
  package var organization: OrganizationOrdinal? { belongs?.value?.organization }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "tag", &tag)
    try fields.field(2, "sealed", &sealed)
    try fields.field(3, "enabled", &enabled)
    try fields.field(4, "belongs", &belongs)
    try fields.field(5, "registered", &registered)
    try fields.field(6, "credits", &credits)
    try fields.field(7, "block", &block)
    try fields.field(8, "is_erased", &isErased)
    try fields.field(9, "failures", &failures)
    try fields.field(10, "is_live", &isLive)
  }
}

/// A report that counts towards a block.
package struct FailedTask: Message, Hashable {
  package var recorded = Timestamp.absent
  package var sequence = SequenceNumber.absent

  package init() {}

  package init(recorded: Timestamp, sequence: SequenceNumber) {
    self.recorded = recorded
    self.sequence = sequence
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "recorded", &recorded)
    try fields.field(2, "sequence", &sequence)
  }
}

/// An abuse block.
package struct Block: Message, Hashable {
  package var began = Timestamp.absent
  package var until = Timestamp.absent
  package var evidence: [SequenceNumber] = []

  package init() {}

  package init(began: Timestamp, until: Timestamp, evidence: [SequenceNumber]) {
    self.began = began
    self.until = until
    self.evidence = evidence
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "began", &began)
    try fields.field(2, "until", &until)
    try fields.field(3, "evidence", &evidence)
  }
}

/// An address with a user agent; sealed.
package struct Client: Message, Hashable {
  package var tag: Tag?
  package var sealed: SealedText?
  package var isErased = false

  package init() {}

  package init(tag: Tag?, sealed: SealedText?) {
    self.tag = tag
    self.sealed = sealed
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "tag", &tag)
    try fields.field(2, "sealed", &sealed)
    try fields.field(3, "is_erased", &isErased)
  }
}

/// A token of the administration API.
package struct Token: Message, Hashable {
  package var name: String?
  package var role = TokenRole.unspecified
  package var hash: SecretHash?
  package var created = Timestamp.absent
  package var expires: Timestamp?
  package var revoked: Timestamp?

  package init() {}

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
    try fields.field(2, "role", &role)
    try fields.field(3, "hash", &hash)
    try fields.field(4, "created", &created)
    try fields.field(5, "expires", &expires)
    try fields.field(6, "revoked", &revoked)
  }
}

/// How one API speaks, in the version in force.
package struct Profile: Message, Hashable {
  package var name: String?
  package var version: UInt32 = 0
  package var document: String?
  package var policy: Policy?

  package init() {}

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
    try fields.field(2, "version", &version)
    try fields.field(3, "document", &document)
    try fields.field(4, "policy", &policy)
  }
}

/// Where a user belongs.
package struct Membership: Message, Hashable {
  package var organization = OrganizationOrdinal.absent
  package var user = UserOrdinal.absent

  package init() {}

  package init(organization: OrganizationOrdinal, user: UserOrdinal) {
    self.organization = organization
    self.user = user
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "organization", &organization)
    try fields.field(2, "user", &user)
  }
}

/// That something came into being, and by whose hand.
package struct Creation: Message, Hashable {
  package var actor: Actor?

  package init() {}
  package init(actor: Actor?) { self.actor = actor }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "actor", &actor)
  }
}
