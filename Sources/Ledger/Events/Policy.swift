// The rules of a profile that decide: the part of `profile.set` that deciding reads. The document
// beside it says how the API speaks.

package enum LimitAlgorithm: UInt8, WireEnumeration {
  case unspecified, fixedWindow, tokenBucket
}

/// What shares one limiter.
package enum LimitScope: UInt8, WireEnumeration {
  case unspecified
  /// A user, whichever way the user came in.
  case user
  /// A key with all its rotations.
  case key
}

package struct LimitRule: Message, Hashable {
  /// Absent: every operation.
  package var operation: OperationOrdinal?
  package var algorithm = LimitAlgorithm.unspecified
  package var scope = LimitScope.unspecified
  package var limit: RateLimit?
  /// A key's own limit replaces this one.
  package var isCustomizable = false
  /// The API tells its clients how this limiter stands.
  package var isShown = false

  package init() {}

  package init(
    operation: OperationOrdinal?, algorithm: LimitAlgorithm, scope: LimitScope, limit: RateLimit,
    isCustomizable: Bool, isShown: Bool
  ) {
    self.operation = operation
    self.algorithm = algorithm
    self.scope = scope
    self.limit = limit
    self.isCustomizable = isCustomizable
    self.isShown = isShown
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "operation", &operation)
    try fields.field(2, "algorithm", &algorithm)
    try fields.field(3, "scope", &scope)
    try fields.field(4, "limit", &limit)
    try fields.field(5, "is_customizable", &isCustomizable)
    try fields.field(6, "is_shown", &isShown)
  }
}

package struct OperationCost: Message, Hashable {
  package var operation = OperationOrdinal.absent
  package var credits: UInt64 = 0

  package init() {}

  package init(operation: OperationOrdinal, credits: UInt64) {
    self.operation = operation
    self.credits = credits
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "operation", &operation)
    try fields.field(2, "credits", &credits)
  }
}

/// So many failed tasks of a user within `window` block the user for `duration`. Microseconds.
package struct AbuseRule: Message, Hashable {
  package var threshold: UInt32 = 0
  package var window: Int64 = 0
  package var duration: Int64 = 0

  package init() {}

  package init(threshold: UInt32, window: Int64, duration: Int64) {
    self.threshold = threshold
    self.window = window
    self.duration = duration
  }

  /// Failures after this moment count, up to `now`. A window that ends before it begins holds none.
  package func windowStart(at now: Timestamp) -> Timestamp {
    now.adding(microseconds: -max(0, window))
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "threshold", &threshold)
    try fields.field(2, "window", &window)
    try fields.field(3, "duration", &duration)
  }
}

package struct Policy: Message, Hashable {
  package var limits: [LimitRule] = []
  package var costs: [OperationCost] = []
  /// Absent: the profile does not look at blocks either.
  package var abuse: AbuseRule?

  package init() {}

  package init(limits: [LimitRule], costs: [OperationCost], abuse: AbuseRule?) {
    self.limits = limits
    self.costs = costs
    self.abuse = abuse
  }

  package func cost(of operation: OperationOrdinal) -> UInt64 {
    costs.first { $0.operation == operation }?.credits ?? 0
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "limits", &limits)
    try fields.field(2, "costs", &costs)
    try fields.field(3, "abuse", &abuse)
  }
}
