/// What the API's client and the API behind need to know of a decision.
package struct RequestAnswer: Sendable, Hashable {
  package var reason: Reason
  package var organization: String?
  package var user: UserOrdinal?
  /// The key's id.
  package var key: String?
  /// How the limiter stands that the API tells its clients of; only where somebody is behind the
  /// request.
  package var shown: LimitStanding?
  /// The limiter that refused.
  package var refusing: LimitStanding?
  /// Seconds, at least 1; where waiting helps.
  package var retryAfter: Int64?

  package init(reason: Reason) { self.reason = reason }
}

/// How a limiter stands, in the units that HTTP headers have.
package struct LimitStanding: Sendable, Hashable {
  package var limit: UInt64
  package var remaining: UInt64
  /// Seconds since 1970, rounded up.
  package var reset: Int64
  package var windowSeconds: Int64
  /// Seconds until more passes, at least 1.
  package var retryAfter: Int64

  package init(
    limit: UInt64, remaining: UInt64, reset: Int64, windowSeconds: Int64, retryAfter: Int64
  ) {
    self.limit = limit
    self.remaining = remaining
    self.reset = reset
    self.windowSeconds = windowSeconds
    self.retryAfter = retryAfter
  }

  init(_ reading: LimiterReading, at now: Timestamp) {
    limit = reading.limit.capacity
    remaining = reading.remaining
    reset = ceilSeconds(reading.reset.microseconds)
    windowSeconds = ceilSeconds(reading.limit.interval)
    retryAfter = secondsUntil(reading.reset, from: now)
  }
}

private func ceilSeconds(_ microseconds: Int64) -> Int64 {
  -floorDivide(-max(microseconds, -.max), by: 1_000_000)
}

private func secondsUntil(_ time: Timestamp, from now: Timestamp) -> Int64 {
  let (span, isTooLong) = time.microseconds.subtractingReportingOverflow(now.microseconds)
  return isTooLong ? .max / 1_000_000 : max(1, ceilSeconds(span))
}

extension LedgerState {
  /// The answer to a request whose record is folded into this state.
  package func answer(to request: RequestDecided, at now: Timestamp) -> RequestAnswer {
    var answer = RequestAnswer(reason: request.reason)
    let subject = subject(of: request)
    answer.user = subject?.user
    answer.organization = subject?.organization.flatMap { organizations[$0.index].id }
    answer.key = request.key.flatMap { keys[$0.index].id }
    guard let profile = request.profile, let user = subject?.user, request.reason.isAuthenticated
    else { return answer }
    answer.shown = shownLimit(profile, user: user, key: request.key)
      .map { LimitStanding(reading($0, at: now), at: now) }
    switch request.reason {
    case .rateLimited:
      let refusing = limits(profile, request.operation, user: user, key: request.key)
        .map { reading($0, at: now) }.filter { $0.remaining == 0 }.max { $0.reset < $1.reset }
      answer.refusing = refusing.map { LimitStanding($0, at: now) }
      answer.retryAfter = answer.refusing?.retryAfter ?? 1
    case .abuseBlocked:
      answer.retryAfter = secondsUntil(users[user.index].block?.until ?? now, from: now)
    default: break
    }
    return answer
  }
}

extension Reason {
  /// Somebody was told apart, and rules decided: allowed, or refused by one of them.
  package var isAuthenticated: Bool {
    switch self {
    case .allowed, .wrongTenant, .addressNotAllowed, .missingPermission, .abuseBlocked,
      .rateLimited, .insufficientCredits:
      true
    default: false
    }
  }
}
