/// Something that happened: what one record says. Its protobuf form is `Event` in
/// `schemas/event.proto`.
package struct Event: Equatable, Sendable {
  /// When it was written; never decreasing along the log.
  package var recorded: Timestamp
  /// Only for imported history.
  package var origin: Origin?
  /// Who did it; absent from requests, which name their user themselves.
  package var actor: Actor?
  package var body: EventBody

  package init(
    recorded: Timestamp, origin: Origin? = nil, actor: Actor? = nil, body: EventBody
  ) {
    self.recorded = recorded
    self.origin = origin
    self.actor = actor
    self.body = body
  }

  /// When it occurred.
  package var happened: Timestamp { origin?.happened ?? recorded }

  /// Orders changes of one thing: by when they happened, then by the source's own id.
  package var stamp: Stamp { Stamp(happened: happened, source: origin?.id ?? "") }
}

/// Where imported history came from, and when it occurred there.
package struct Origin: Message, Equatable {
  package var happened = Timestamp.absent
  package var source = HistorySource.unspecified
  /// The source's own id of the event, unique for ever.
  package var id: String?
  /// A keyed hash of the event's content in the source, to notice the same id with other content.
  package var fingerprint: UInt64 = 0

  package init() {}

  package init(happened: Timestamp, source: HistorySource, id: String, fingerprint: UInt64) {
    self.happened = happened
    self.source = source
    self.id = id
    self.fingerprint = fingerprint
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "happened", &happened)
    try fields.field(2, "source", &source)
    try fields.field(3, "id", &id)
    try fields.fixed(4, "fingerprint", &fingerprint)
  }
}

/// Who did it: a user, a token, or, with neither, the system itself or a local operator.
package struct Actor: Message, Hashable {
  package var user: UserOrdinal?
  package var token: TokenOrdinal?
  /// The key used, where there was one.
  package var key: KeyOrdinal?
  /// A person at the machine, through the command line; the process's user id.
  package var operatorID: UInt32?

  package init() {}

  package init(
    user: UserOrdinal? = nil, token: TokenOrdinal? = nil, key: KeyOrdinal? = nil,
    operatorID: UInt32? = nil
  ) {
    self.user = user
    self.token = token
    self.key = key
    self.operatorID = operatorID
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "token", &token)
    try fields.field(3, "key", &key)
    try fields.field(4, "operator_id", &operatorID)
  }
}

/// A text sealed under a key of the vault, which can be destroyed.
package struct SealedText: Message, Hashable {
  /// Sixteen random bytes that name the key in the vault.
  package var keyID: [UInt8]?
  /// AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes). The plaintext is a random salt of
  /// sixteen bytes, then a `Person` or a `ClientIdentity`.
  package var box: [UInt8]?

  package init() {}

  package init(keyID: [UInt8], box: [UInt8]) {
    self.keyID = keyID
    self.box = box
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key_id", &keyID)
    try fields.field(2, "box", &box)
  }
}

/// What is sealed in `user.registered`.
package struct Person: Message, Equatable {
  package var id: String?
  package var displayName: String?
  package var email: String?

  package init() {}

  package init(id: String, displayName: String? = nil, email: String? = nil) {
    self.id = id
    self.displayName = displayName
    self.email = email
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "id", &id)
    try fields.field(2, "display_name", &displayName)
    try fields.field(3, "email", &email)
  }
}

/// What is sealed in `client.seen`.
package struct ClientIdentity: Message, Equatable {
  package var address: String?
  package var userAgent: String?

  package init() {}

  package init(address: String?, userAgent: String?) {
    self.address = address
    self.userAgent = userAgent
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "address", &address)
    try fields.field(2, "user_agent", &userAgent)
  }
}
