/// One limiter: a rule of a profile applied to one user or one lineage of keys. A rule is told by
/// what it limits and not by its place, so that a new version of a profile goes on where the one
/// before stood.
package struct LimiterID: Message, Hashable, Comparable {
  package var profile = ProfileOrdinal.absent
  package var scope = LimitScope.unspecified
  /// The user's ordinal, or that of the first key of the lineage.
  package var subject: UInt32 = 0
  package var algorithm = LimitAlgorithm.unspecified
  /// Absent: every operation.
  package var operation: OperationOrdinal?
  /// The rule's own, in microseconds, though a key's own limit may have another.
  package var interval: Int64 = 0

  package init() {}

  package init(_ rule: LimitRule, profile: ProfileOrdinal, subject: UInt32) {
    self.profile = profile
    self.subject = subject
    scope = rule.scope
    algorithm = rule.algorithm
    operation = rule.operation
    interval = rule.limit?.interval ?? 0
  }

  package static func < (a: LimiterID, b: LimiterID) -> Bool { a.order < b.order }

  private var order: (UInt32, UInt8, UInt32, UInt8, UInt64, Int64) {
    (
      profile.value, scope.rawValue, subject, algorithm.rawValue,
      operation.map { UInt64($0.value) + 1 } ?? 0, interval
    )
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "profile", &profile)
    try fields.field(2, "scope", &scope)
    try fields.field(3, "subject", &subject)
    try fields.field(4, "algorithm", &algorithm)
    try fields.field(5, "operation", &operation)
    try fields.field(6, "interval", &interval)
  }
}

/// How far a limiter is used up. Integers only; an absent limiter is an unused one.
package struct Limiter: Message, Hashable {
  /// Fixed window: requests passed in it. Token bucket: tokens left.
  package var level: UInt64 = 0
  /// Fixed window: its start, a multiple of the interval since 1970. Token bucket: the last refill.
  package var last = Timestamp.absent
  /// From here on nothing tells it from an unused one.
  package var unused = Timestamp.absent

  package init() {}

  package init(level: UInt64, last: Timestamp, unused: Timestamp) {
    self.level = level
    self.last = last
    self.unused = unused
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "level", &level)
    try fields.field(2, "last", &last)
    try fields.field(3, "unused", &unused)
  }
}

/// A limiter brought up to a moment.
package struct LimiterReading: Hashable, Sendable {
  package var algorithm: LimitAlgorithm
  package var limit: RateLimit
  /// Requests that would pass now.
  package var remaining: UInt64
  /// Fixed window: its start. Token bucket: the last refill.
  package var last: Timestamp
  /// When more will pass: the window's end, or the bucket's next refill.
  package var reset: Timestamp

  /// Brings `held` up to `now`. A clock that went backwards changes nothing. From `unused` on there
  /// is nothing held, also under a limit that was changed since: a sweep must not be noticed.
  package init(
    _ held: Limiter?, _ limit: RateLimit, _ algorithm: LimitAlgorithm, at now: Timestamp
  ) {
    self.algorithm = algorithm
    self.limit = limit
    let held = held.flatMap { $0.unused > now ? $0 : nil }
    // A record can hold anything; dividing by nothing is not among the things it may do.
    let interval = max(1, limit.interval)
    switch algorithm {
    case .tokenBucket:
      let now = max(now, held?.last ?? now)
      guard let held else {
        (remaining, last) = (limit.capacity, now)
        break
      }
      let (passed, _) = now.microseconds.subtractingReportingOverflow(held.last.microseconds)
      let intervals = max(0, passed / interval)
      let (refilled, isTooMuch) = UInt64(intervals).multipliedReportingOverflow(by: limit.refill)
      let (sum, isBeyond) = held.level.addingReportingOverflow(refilled)
      if isTooMuch || isBeyond || sum >= limit.capacity {
        remaining = limit.capacity
        last = intervals > 0 || held.level >= limit.capacity ? now : held.last
      } else {
        remaining = sum
        last = held.last.adding(microseconds: intervals &* interval)
      }
    case .fixedWindow, .unspecified:
      let start = Self.start(of: now, interval)
      // Where a key got windows of another length, the one that holds the last request goes on.
      let reached = held.map { Self.start(of: $0.last, interval) } ?? start
      last = max(start, reached)
      let used = reached == last ? held?.level ?? 0 : 0
      remaining = used < limit.capacity ? limit.capacity - used : 0
    }
    reset = last.adding(microseconds: interval)
  }

  /// The start of the window that holds a moment.
  private static func start(of moment: Timestamp, _ interval: Int64) -> Timestamp {
    let (start, isBeyond) = floorDivide(moment.microseconds, by: interval)
      .multipliedReportingOverflow(by: interval)
    return isBeyond ? .distantPast : Timestamp(microseconds: start)
  }

  /// One request passes. `decide` has seen that something remains; a record can say anything.
  package var consumed: Limiter {
    guard algorithm == .tokenBucket else {
      let used = limit.capacity - remaining
      return Limiter(level: used == .max ? used : used + 1, last: last, unused: reset)
    }
    let left = remaining - min(1, remaining)
    let missing = limit.capacity - min(left, limit.capacity)
    let refill = max(1, limit.refill)
    let intervals = missing == 0 ? 0 : Int64(clamping: (missing - 1) / refill + 1)
    let (span, isTooLong) = intervals.multipliedReportingOverflow(by: max(1, limit.interval))
    return Limiter(
      level: left, last: last,
      unused: isTooLong ? .distantFuture : last.adding(microseconds: span))
  }
}
