/// The canonical encoding of `LedgerState`: what the digest hashes and a snapshot holds. Arrays
/// stand in the order of ordinals, dictionaries in the order of their keys' bytes.
extension LedgerState {
  package func encode() throws(WireError) -> [UInt8] {
    var form = StateForm(self)
    var encoder = WireEncoder()
    try form.visit(&encoder)
    return encoder.finish()
  }

  package init(decoding bytes: UnsafeRawBufferPointer) throws(WireError) {
    let form = try WireDecoder.decode(StateForm.self, from: bytes)
    // Each thing has its activity; the fold relies on it.
    if form.organizationActivity.count != form.organizations.count {
      throw .valueOutOfRange(field: 5)
    }
    if form.userActivity.count != form.users.count { throw .valueOutOfRange(field: 7) }
    if form.keyActivity.count != form.keys.count { throw .valueOutOfRange(field: 11) }
    self = form.state()
  }
}

/// `LedgerState` as a message.
private struct StateForm: Message {
  var logSize: UInt64 = 0
  var lastRecorded = Timestamp.absent
  var lastHappened = Timestamp.absent
  var organizations: [Organization] = []
  var organizationActivity: [Activity] = []
  var users: [User] = []
  var userActivity: [Activity] = []
  var operations: [String] = []
  var clients: [Client] = []
  var keys: [Key] = []
  var keyActivity: [Activity] = []
  var tokens: [Token] = []
  var profiles: [Profile] = []
  var deniedSessions: [DeniedSession] = []
  var pepper: UInt32 = 0
  var coalesced: UInt64 = 0
  var idempotency: [LedgerState.IdempotentCreation] = []
  var imported: UInt64 = 0
  var lastLive = Timestamp.absent
  var limiters: [LimiterEntry] = []
  var refunds: [RefundEntry] = []
  var reports: UInt64 = 0

  init() {}

  init(_ state: LedgerState) {
    logSize = state.logSize
    lastRecorded = state.lastRecorded
    lastHappened = state.lastHappened
    organizations = state.organizations
    organizationActivity = state.organizationActivity
    users = state.users
    userActivity = state.userActivity
    operations = state.operations
    clients = state.clients
    keys = state.keys
    keyActivity = state.keyActivity
    tokens = state.tokens
    profiles = state.profiles
    deniedSessions = state.deniedSessions.map { DeniedSession(session: $0.key, expires: $0.value) }
      .sorted { ($0.session?.bytes ?? []).lexicographicallyPrecedes($1.session?.bytes ?? []) }
    pepper = state.pepper
    coalesced = state.coalesced
    imported = state.imported
    lastLive = state.lastLive
    limiters = state.limiters.sorted { $0.key < $1.key }
      .map { LimiterEntry(id: $0.key, limiter: $0.value) }
    refunds = state.refunds.sorted { $0.key < $1.key }
      .map { RefundEntry(decision: $0.key, recorded: $0.value) }
    reports = state.reports
    idempotency = state.index.idempotency.values
      .sorted { ($0.tag?.bytes ?? []).lexicographicallyPrecedes($1.tag?.bytes ?? []) }
  }

  func state() -> LedgerState {
    var state = LedgerState()
    state.logSize = logSize
    state.lastRecorded = lastRecorded
    state.lastHappened = lastHappened
    state.organizations = organizations
    state.organizationActivity = organizationActivity
    state.users = users
    state.userActivity = userActivity
    state.operations = operations
    state.clients = clients
    state.keys = keys
    state.keyActivity = keyActivity
    state.tokens = tokens
    state.profiles = profiles
    for denied in deniedSessions {
      if let session = denied.session { state.deniedSessions[session] = denied.expires }
    }
    state.pepper = pepper
    state.coalesced = coalesced
    state.imported = imported
    state.lastLive = lastLive
    for entry in limiters {
      if let id = entry.id, let limiter = entry.limiter { state.limiters[id] = limiter }
    }
    for entry in refunds { state.refunds[entry.decision] = entry.recorded }
    state.reports = reports
    for creation in idempotency {
      if let tag = creation.tag { state.index.idempotency[tag] = creation }
    }
    state.rebuildIndex()
    return state
  }

  mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "log_size", &logSize)
    try fields.field(2, "last_recorded", &lastRecorded)
    try fields.field(3, "last_happened", &lastHappened)
    try fields.field(4, "organizations", &organizations)
    try fields.field(5, "organization_activity", &organizationActivity)
    try fields.field(6, "users", &users)
    try fields.field(7, "user_activity", &userActivity)
    try fields.field(8, "operations", &operations)
    try fields.field(9, "clients", &clients)
    try fields.field(10, "keys", &keys)
    try fields.field(11, "key_activity", &keyActivity)
    try fields.field(12, "tokens", &tokens)
    try fields.field(13, "profiles", &profiles)
    try fields.field(14, "denied_sessions", &deniedSessions)
    try fields.field(15, "pepper", &pepper)
    try fields.field(16, "coalesced", &coalesced)
    try fields.field(17, "idempotency", &idempotency)
    try fields.field(18, "imported", &imported)
    try fields.field(19, "last_live", &lastLive)
    try fields.field(20, "limiters", &limiters)
    try fields.field(21, "refunds", &refunds)
    try fields.field(22, "reports", &reports)
  }
}

private struct LimiterEntry: Message {
  var id: LimiterID?
  var limiter: Limiter?

  init() {}

  init(id: LimiterID, limiter: Limiter) {
    self.id = id
    self.limiter = limiter
  }

  mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
    try fields.field(2, "limiter", &limiter)
  }
}

private struct RefundEntry: Message {
  var decision = SequenceNumber.absent
  var recorded = Timestamp.absent

  init() {}

  init(decision: SequenceNumber, recorded: Timestamp) {
    self.decision = decision
    self.recorded = recorded
  }

  mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "decision", &decision)
    try fields.field(2, "recorded", &recorded)
  }
}

private struct DeniedSession: Message {
  var session: Tag?
  var expires = Timestamp.absent

  init() {}

  init(session: Tag, expires: Timestamp) {
    self.session = session
    self.expires = expires
  }

  mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "session", &session)
    try fields.field(2, "expires", &expires)
  }
}

extension LedgerState {
  fileprivate mutating func rebuildIndex() {
    for (at, organization) in organizations.enumerated() {
      if let id = organization.id { index.organizations[id] = OrganizationOrdinal(at) }
    }
    for (at, user) in users.enumerated() {
      if let tag = user.tag { index.users[tag] = UserOrdinal(at) }
    }
    for (at, name) in operations.enumerated() { index.operations[name] = OperationOrdinal(at) }
    for (at, client) in clients.enumerated() {
      if let tag = client.tag { index.clients[tag] = ClientOrdinal(at) }
    }
    for (at, key) in keys.enumerated() {
      if let id = key.id { index.keys[id] = KeyOrdinal(at) }
      if let hash = key.hash { index.keyHashes[hash] = KeyOrdinal(at) }
    }
    for (at, token) in tokens.enumerated() {
      if let hash = token.hash { index.tokens[hash] = TokenOrdinal(at) }
    }
    for (at, profile) in profiles.enumerated() {
      if let name = profile.name { index.profiles[name] = ProfileOrdinal(at) }
    }
  }
}
