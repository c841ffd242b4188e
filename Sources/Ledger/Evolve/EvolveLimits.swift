extension LedgerState {
  /// An allowed request uses up every limiter that applies to it.
  mutating func consume(_ request: RequestDecided, _ user: UserOrdinal, at now: Timestamp) {
    guard let profile = request.profile else { return }
    for applied in limits(profile, request.operation, user: user, key: request.key) {
      limiters[applied.id] = reading(applied, at: now).consumed
    }
  }

  /// Drops what has run out. Its absence means the same.
  mutating func sweep() {
    let now = lastLive
    limiters = limiters.filter { $0.value.unused > now }
    let lastDay = now.adding(seconds: -Limits.repeatSeconds)
    refunds = refunds.filter { $0.value > lastDay }
    index.idempotency = index.idempotency.filter { $0.value.recorded > lastDay }
    deniedSessions = deniedSessions.filter {
      $0.value.adding(seconds: Limits.sessionTolerance) > now
    }
  }
}
