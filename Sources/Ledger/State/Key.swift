/// An API key, live or of imported history. Its activity stands beside it in `LedgerState`.
package struct Key: Message, Hashable {
  /// A temporary key of imported history whose expiry nobody recorded is taken to expire this many
  /// seconds after it was first seen: 36 h is the longest that AWS gives (`GetSessionToken`).
  package static let estimatedLifetime: Int64 = 36 * 3_600

  package var id: String?
  package var kind = KeyKind.unspecified
  /// Of the record that introduced the key; what a request record without organization or user
  /// means. Never changes, whatever arrives later.
  package var introduced = Optional<Membership>.none
  /// The organization and user of the earliest event that names the key.
  package var observed: Earliest<Membership>?
  package var created: Earliest<KeyCreation>?
  package var name: Latest<Setting<String>>?
  package var enabled: Latest<Switch>?
  package var expires: Latest<Deadline>?
  package var limit: Latest<RateLimitSetting>?
  package var scopes: Latest<Scopes>?
  package var addresses: Latest<Addresses>?
  package var metadata: Latest<Metadata>?
  package var revoked: Earliest<Creation>?
  package var hash: SecretHash?
  package var hint: String?
  package var profile: ProfileOrdinal?
  package var environment = KeyEnvironment.unspecified
  /// The first key of the lineage; limits belong to it.
  package var lineage: KeyOrdinal?
  package var rotatedTo: KeyOrdinal?

  package init() {}

  package init(id: String?, kind: KeyKind, introduced: Membership?) {
    self.id = id
    self.kind = kind
    self.introduced = introduced
  }

  /// Whose it is: as the record of its creation says, else as the earliest event with it.
  package var owner: Membership? { created?.value?.owner ?? observed?.value ?? introduced }

  package var isEnabled: Bool { enabled?.value?.isOn ?? true }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
    try fields.field(2, "kind", &kind)
    try fields.field(3, "introduced", &introduced)
    try fields.field(4, "observed", &observed)
    try fields.field(5, "created", &created)
    try fields.field(6, "name", &name)
    try fields.field(7, "enabled", &enabled)
    try fields.field(8, "expires", &expires)
    try fields.field(9, "limit", &limit)
    try fields.field(10, "scopes", &scopes)
    try fields.field(11, "addresses", &addresses)
    try fields.field(12, "metadata", &metadata)
    try fields.field(13, "revoked", &revoked)
    try fields.field(14, "hash", &hash)
    try fields.field(15, "hint", &hint)
    try fields.field(16, "profile", &profile)
    try fields.field(17, "environment", &environment)
    try fields.field(18, "lineage", &lineage)
    try fields.field(19, "rotated_to", &rotatedTo)
  }
}

/// What the record of a key's creation says.
package struct KeyCreation: Message, Hashable {
  package var owner: Membership?
  package var actor: Actor?

  package init() {}

  package init(owner: Membership?, actor: Actor?) {
    self.owner = owner
    self.actor = actor
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "owner", &owner)
    try fields.field(2, "actor", &actor)
  }
}

package struct RateLimitSetting: Message, Hashable {
  package var limit: RateLimit?

  package init() {}
  package init(_ limit: RateLimit?) { self.limit = limit }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "limit", &limit)
  }
}

package struct Scopes: Message, Hashable {
  package var operations: [OperationOrdinal] = []

  package init() {}
  package init(_ operations: [OperationOrdinal]) { self.operations = operations }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "operations", &operations)
  }
}

package struct Addresses: Message, Hashable {
  package var ranges: [String] = []

  package init() {}
  package init(_ ranges: [String]) { self.ranges = ranges }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "ranges", &ranges)
  }
}

package struct Metadata: Message, Hashable {
  package var entries: [MetadataEntry] = []

  package init() {}
  package init(_ entries: [MetadataEntry]) { self.entries = entries }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "entries", &entries)
  }
}
