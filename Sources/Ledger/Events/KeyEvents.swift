// The life of a key.

/// How many requests a key may make: `capacity` tokens, `refill` more each `interval`.
package struct RateLimit: Message, Hashable {
  package var capacity: UInt64 = 0
  package var refill: UInt64 = 0
  /// Microseconds.
  package var interval: Int64 = 0

  package init() {}

  package init(capacity: UInt64, refill: UInt64, interval: Int64) {
    self.capacity = capacity
    self.refill = refill
    self.interval = interval
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "capacity", &capacity)
    try fields.field(2, "refill", &refill)
    try fields.field(3, "interval", &interval)
  }
}

/// One entry of a key's metadata; the entries of an event are sorted by name.
package struct MetadataEntry: Message, Hashable {
  package var name: String?
  package var value: String?

  package init() {}

  package init(name: String? = nil, value: String? = nil) {
    self.name = name
    self.value = value
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
    try fields.field(2, "value", &value)
  }
}

/// A key came into being. It introduces the key unless `key` names one that was only observed.
package struct KeyCreated: Message, Equatable {
  /// A key known already; absent, this record introduces the next one.
  package var key: KeyOrdinal?
  /// The external id; present exactly where the record introduces the key.
  package var id: String?
  package var organization = OrganizationOrdinal.absent
  /// The owner; the creator is the actor.
  package var user = UserOrdinal.absent
  package var kind = KeyKind.unspecified
  package var environment = KeyEnvironment.unspecified
  package var name: String?
  package var profile: ProfileOrdinal?
  /// HMAC-SHA256 of the secret under the pepper.
  package var hash: SecretHash?
  /// The pepper's number, from 1; 0 without a secret.
  package var pepper: UInt32 = 0
  /// Prefix and last four characters of the secret, for display.
  package var hint: String?
  package var expires: Timestamp?
  /// Operations it may perform; none means all.
  package var scopes: [OperationOrdinal] = []
  /// CIDR ranges it may be used from; none means all.
  package var addresses: [String] = []
  /// Keyed hash of the idempotency key of the call.
  package var idempotency: Tag?
  /// Keyed hash of the call, to tell a repeat from another call under the same key.
  package var requestHash: Tag?
  /// The key has no owner: organization and user say nothing, and its requests are refused.
  package var isOwnerless = false

  package init() {}

  package init(
    key: KeyOrdinal? = nil, id: String? = nil, owner: Membership?, kind: KeyKind,
    environment: KeyEnvironment, name: String? = nil, profile: ProfileOrdinal? = nil,
    hash: SecretHash? = nil, pepper: UInt32, hint: String? = nil, expires: Timestamp? = nil,
    scopes: [OperationOrdinal] = [], addresses: [String] = [], idempotency: Tag? = nil,
    requestHash: Tag? = nil
  ) {
    self.key = key
    self.id = id
    organization = owner?.organization ?? .absent
    user = owner?.user ?? .absent
    isOwnerless = owner == nil
    self.kind = kind
    self.environment = environment
    self.name = name
    self.profile = profile
    self.hash = hash
    self.pepper = pepper
    self.hint = hint
    self.expires = expires
    self.scopes = scopes
    self.addresses = addresses
    self.idempotency = idempotency
    self.requestHash = requestHash
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "id", &id)
    try fields.field(3, "organization", &organization)
    try fields.field(4, "user", &user)
    try fields.field(5, "kind", &kind)
    try fields.field(6, "environment", &environment)
    try fields.field(7, "name", &name)
    try fields.field(8, "profile", &profile)
    try fields.field(9, "hash", &hash)
    try fields.field(10, "pepper", &pepper)
    try fields.field(11, "hint", &hint)
    try fields.field(12, "expires", &expires)
    try fields.field(14, "scopes", &scopes)
    try fields.field(15, "addresses", &addresses)
    try fields.field(16, "idempotency", &idempotency)
    try fields.field(17, "request_hash", &requestHash)
    try fields.field(18, "is_ownerless", &isOwnerless)
  }

  package var owner: Membership? {
    isOwnerless ? nil : Membership(organization: organization, user: user)
  }
}

/// A key was seen that nobody has recorded the creation of.
package struct KeyObserved: Message, Equatable {
  package var id: String?
  package var organization = OrganizationOrdinal.absent
  package var user = UserOrdinal.absent
  package var kind = KeyKind.unspecified

  package init() {}

  package init(
    id: String? = nil, organization: OrganizationOrdinal, user: UserOrdinal, kind: KeyKind
  ) {
    self.id = id
    self.organization = organization
    self.user = user
    self.kind = kind
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
    try fields.field(2, "organization", &organization)
    try fields.field(3, "user", &user)
    try fields.field(4, "kind", &kind)
  }

  package var owner: Membership { Membership(organization: organization, user: user) }
}

package struct KeyRenamed: Message, Equatable {
  package var key = KeyOrdinal.absent
  package var name: String?

  package init() {}

  package init(key: KeyOrdinal, name: String? = nil) {
    self.key = key
    self.name = name
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "name", &name)
  }
}

package struct KeyEnabled: Message, Equatable {
  package var key = KeyOrdinal.absent
  /// The owner, where imported history names one: it tells whose an observed key is.
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?

  package init() {}

  package init(key: KeyOrdinal, owner: Membership? = nil) {
    self.key = key
    organization = owner?.organization
    user = owner?.user
  }

  package var owner: Membership? {
    guard let organization, let user else { return nil }
    return Membership(organization: organization, user: user)
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "organization", &organization)
    try fields.field(3, "user", &user)
  }
}

package struct KeyDisabled: Message, Equatable {
  package var key = KeyOrdinal.absent
  /// The owner, where imported history names one: it tells whose an observed key is.
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?

  package init() {}

  package init(key: KeyOrdinal, owner: Membership? = nil) {
    self.key = key
    organization = owner?.organization
    user = owner?.user
  }

  package var owner: Membership? {
    guard let organization, let user else { return nil }
    return Membership(organization: organization, user: user)
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "organization", &organization)
    try fields.field(3, "user", &user)
  }
}

package struct KeyExpirySet: Message, Equatable {
  package var key = KeyOrdinal.absent
  /// Absent: it does not expire.
  package var expires: Timestamp?

  package init() {}

  package init(key: KeyOrdinal, expires: Timestamp? = nil) {
    self.key = key
    self.expires = expires
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "expires", &expires)
  }
}

package struct KeyRateLimitSet: Message, Equatable {
  package var key = KeyOrdinal.absent
  /// Absent: the profile's own.
  package var limit: RateLimit?

  package init() {}

  package init(key: KeyOrdinal, limit: RateLimit? = nil) {
    self.key = key
    self.limit = limit
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "limit", &limit)
  }
}

package struct KeyScopesSet: Message, Equatable {
  package var key = KeyOrdinal.absent
  package var scopes: [OperationOrdinal] = []

  package init() {}

  package init(key: KeyOrdinal, scopes: [OperationOrdinal] = []) {
    self.key = key
    self.scopes = scopes
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "scopes", &scopes)
  }
}

package struct KeyAddressesSet: Message, Equatable {
  package var key = KeyOrdinal.absent
  package var addresses: [String] = []

  package init() {}

  package init(key: KeyOrdinal, addresses: [String] = []) {
    self.key = key
    self.addresses = addresses
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "addresses", &addresses)
  }
}

package struct KeyMetadataSet: Message, Equatable {
  package var key = KeyOrdinal.absent
  package var entries: [MetadataEntry] = []

  package init() {}

  package init(key: KeyOrdinal, entries: [MetadataEntry] = []) {
    self.key = key
    self.entries = entries
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "entries", &entries)
  }
}

/// A new secret in the same lineage: introduces a key that takes over everything from `key`.
package struct KeyRotated: Message, Equatable {
  /// The key before.
  package var key = KeyOrdinal.absent
  package var id: String?
  package var hash: SecretHash?
  package var pepper: UInt32 = 0
  package var hint: String?
  /// When the secret before stops working.
  package var previousExpires = Timestamp.absent

  package init() {}

  package init(
    key: KeyOrdinal, id: String? = nil, hash: SecretHash? = nil, pepper: UInt32,
    hint: String? = nil, previousExpires: Timestamp
  ) {
    self.key = key
    self.id = id
    self.hash = hash
    self.pepper = pepper
    self.hint = hint
    self.previousExpires = previousExpires
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "id", &id)
    try fields.field(3, "hash", &hash)
    try fields.field(4, "pepper", &pepper)
    try fields.field(5, "hint", &hint)
    try fields.field(6, "previous_expires", &previousExpires)
  }
}

/// Final.
package struct KeyRevoked: Message, Equatable {
  package var key = KeyOrdinal.absent
  /// The owner, where imported history names one: it tells whose an observed key is.
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?

  package init() {}

  package init(key: KeyOrdinal, owner: Membership? = nil) {
    self.key = key
    organization = owner?.organization
    user = owner?.user
  }

  package var owner: Membership? {
    guard let organization, let user else { return nil }
    return Membership(organization: organization, user: user)
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "organization", &organization)
    try fields.field(3, "user", &user)
  }
}
