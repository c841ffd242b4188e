/// Everything that decides, folded from the first `logSize` records. It depends on those records
/// and on nothing else. Entities stand in arrays by ordinal; the dictionaries that find them are
/// derived and not part of the encoding.
package struct LedgerState: Equatable, Sendable {
  package internal(set) var logSize: UInt64 = 0
  package internal(set) var lastRecorded = Timestamp.distantPast
  /// The greatest time at which anything in the fold happened: a snapshot of this state serves a
  /// question about a moment after it.
  package internal(set) var lastHappened = Timestamp.distantPast
  /// The time of the last record that is no imported history: the clock of what runs out.
  package internal(set) var lastLive = Timestamp.distantPast

  package internal(set) var organizations: [Organization] = []
  package internal(set) var organizationActivity: [Activity] = []
  package internal(set) var users: [User] = []
  package internal(set) var userActivity: [Activity] = []
  package internal(set) var operations: [String] = []
  package internal(set) var clients: [Client] = []
  package internal(set) var keys: [Key] = []
  package internal(set) var keyActivity: [Activity] = []
  package internal(set) var tokens: [Token] = []
  package internal(set) var profiles: [Profile] = []
  /// Sessions refused here, by tag, with the time they would have ended anyway.
  package internal(set) var deniedSessions: [Tag: Timestamp] = [:]
  /// Limiters that are used up to some extent.
  package internal(set) var limiters: [LimiterID: Limiter] = [:]
  /// Decisions refunded, with the time of the refund; kept as long as one could be refunded again.
  package internal(set) var refunds: [SequenceNumber: Timestamp] = [:]
  /// Outcomes of tasks recorded.
  package internal(set) var reports: UInt64 = 0
  package internal(set) var pepper: UInt32 = 1
  /// Refusals counted in a flood.
  package internal(set) var coalesced: UInt64 = 0
  /// Events of imported history recorded.
  package internal(set) var imported: UInt64 = 0

  package internal(set) var index = Index()

  package init() {}

  /// Finds entities by what names them outside.
  package struct Index: Equatable, Sendable {
    package internal(set) var organizations: [String: OrganizationOrdinal] = [:]
    package internal(set) var users: [Tag: UserOrdinal] = [:]
    package internal(set) var operations: [String: OperationOrdinal] = [:]
    package internal(set) var clients: [Tag: ClientOrdinal] = [:]
    package internal(set) var keys: [String: KeyOrdinal] = [:]
    package internal(set) var keyHashes: [SecretHash: KeyOrdinal] = [:]
    package internal(set) var profiles: [String: ProfileOrdinal] = [:]
    package internal(set) var tokens: [SecretHash: TokenOrdinal] = [:]
    package internal(set) var idempotency: [Tag: IdempotentCreation] = [:]
  }

  /// A key creation that a repeat of the same call answers again.
  package struct IdempotentCreation: Message, Hashable {
    package var tag: Tag?
    package var requestHash: Tag?
    package var key = KeyOrdinal.absent
    package var recorded = Timestamp.absent

    package init() {}

    package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
      try fields.field(1, "tag", &tag)
      try fields.field(2, "request_hash", &requestHash)
      try fields.field(3, "key", &key)
      try fields.field(4, "recorded", &recorded)
    }
  }
}
