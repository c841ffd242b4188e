// What decides about access besides keys: sessions, tokens, outcomes, blocks, credits.

/// A session that cannot be ended at its source is refused here.
package struct SessionDenied: Message, Equatable {
  /// Keyed hash of its `jti`.
  package var session: Tag?
  /// When the session would end anyway.
  package var expires = Timestamp.absent

  package init() {}

  package init(session: Tag? = nil, expires: Timestamp) {
    self.session = session
    self.expires = expires
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "session", &session)
    try fields.field(2, "expires", &expires)
  }
}

/// What a token may do.
package enum TokenRole: UInt8, WireEnumeration {
  case unspecified, admin, auditor, billing, gateway

  package var name: String { String(describing: self) }
}

/// Introduces a token of the administration API.
package struct TokenCreated: Message, Equatable {
  package var name: String?
  package var role = TokenRole.unspecified
  package var hash: SecretHash?
  package var pepper: UInt32 = 0
  package var expires: Timestamp?

  package init() {}

  package init(
    name: String? = nil, role: TokenRole, hash: SecretHash? = nil, pepper: UInt32,
    expires: Timestamp? = nil
  ) {
    self.name = name
    self.role = role
    self.hash = hash
    self.pepper = pepper
    self.expires = expires
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "name", &name)
    try fields.field(2, "role", &role)
    try fields.field(3, "hash", &hash)
    try fields.field(4, "pepper", &pepper)
    try fields.field(5, "expires", &expires)
  }
}

package struct TokenRevoked: Message, Equatable {
  package var token = TokenOrdinal.absent

  package init() {}

  package init(token: TokenOrdinal) {
    self.token = token
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "token", &token)
  }
}

package struct PepperRotated: Message, Equatable {
  /// The number of the pepper in use from here on.
  package var pepper: UInt32 = 0

  package init() {}

  package init(pepper: UInt32) {
    self.pepper = pepper
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "pepper", &pepper)
  }
}

/// Requests in a flood that are counted instead of recorded one by one: refusals with nobody
/// behind them, public routes, and what was turned away because too much waited.
package struct RequestsCoalesced: Message, Equatable {
  package var counts: [CoalescedCount] = []
  package var started = Timestamp.absent
  package var ended = Timestamp.absent

  package init() {}

  package init(counts: [CoalescedCount] = [], started: Timestamp, ended: Timestamp) {
    self.counts = counts
    self.started = started
    self.ended = ended
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "counts", &counts)
    try fields.field(2, "started", &started)
    try fields.field(3, "ended", &ended)
  }
}

package struct CoalescedCount: Message, Equatable {
  package var profile: ProfileOrdinal?
  package var reason = Reason.unspecified
  package var count: UInt64 = 0

  package init() {}

  package init(profile: ProfileOrdinal? = nil, reason: Reason, count: UInt64) {
    self.profile = profile
    self.reason = reason
    self.count = count
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "profile", &profile)
    try fields.field(2, "reason", &reason)
    try fields.field(3, "count", &count)
  }
}

/// The outcome of a task, told by the API behind.
package struct TaskReported: Message, Equatable {
  package var user = UserOrdinal.absent
  /// Keyed hash of the task's id.
  package var task: Tag?
  package var succeeded = false
  /// The decision it belongs to.
  package var decision: SequenceNumber?

  package init() {}

  package init(
    user: UserOrdinal, task: Tag? = nil, succeeded: Bool = false, decision: SequenceNumber? = nil
  ) {
    self.user = user
    self.task = task
    self.succeeded = succeeded
    self.decision = decision
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "task", &task)
    try fields.field(3, "succeeded", &succeeded)
    try fields.field(4, "decision", &decision)
  }
}

package struct AbuseBlocked: Message, Equatable {
  package var user = UserOrdinal.absent
  package var until = Timestamp.absent
  /// The reports that reached the threshold.
  package var evidence: [SequenceNumber] = []

  package init() {}

  package init(user: UserOrdinal, until: Timestamp, evidence: [SequenceNumber] = []) {
    self.user = user
    self.until = until
    self.evidence = evidence
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "until", &until)
    try fields.field(3, "evidence", &evidence)
  }
}

package struct AbuseReleased: Message, Equatable {
  package var user = UserOrdinal.absent

  package init() {}

  package init(user: UserOrdinal) {
    self.user = user
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
  }
}

package struct CreditsGranted: Message, Equatable {
  package var user = UserOrdinal.absent
  package var amount: UInt64 = 0

  package init() {}

  package init(user: UserOrdinal, amount: UInt64) {
    self.user = user
    self.amount = amount
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "amount", &amount)
  }
}

package struct CreditsRefunded: Message, Equatable {
  package var user = UserOrdinal.absent
  package var amount: UInt64 = 0
  /// The decision that was charged.
  package var decision = SequenceNumber.absent

  package init() {}

  package init(user: UserOrdinal, amount: UInt64, decision: SequenceNumber) {
    self.user = user
    self.amount = amount
    self.decision = decision
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "amount", &amount)
    try fields.field(3, "decision", &decision)
  }
}
