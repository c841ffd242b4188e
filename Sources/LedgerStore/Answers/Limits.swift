internal import Ledger

extension LimitAlgorithm {
  /// As profiles name it.
  var name: String {
    switch self {
    case .fixedWindow: "fixed-window"
    case .tokenBucket: "token-bucket"
    case .unspecified: "unspecified"
    }
  }
}

/// A limiter, with the key at which it is shown.
private struct ShownLimiter: Hashable {
  var id: LimiterID
  var limit: RateLimit
  var key: KeyOrdinal?

  func reading(in state: LedgerState, at now: Timestamp) -> LimiterReading {
    LimiterReading(state.limiters[id], limit, id.algorithm, at: now)
  }
}

extension LedgerReader {
  /// Limiters that are used up to some extent, and those of keys with a limit of their own.
  package func limits(in answer: StateAtMoment) -> [Row] {
    let state = answer.state
    var shown: [ShownLimiter] = []
    for (id, _) in state.limiters {
      guard let found = limiter(id, in: state) else { continue }
      let reading = found.reading(in: state, at: answer.clock)
      if reading.remaining < found.limit.capacity { shown.append(found) }
    }
    let used = Set(shown.map(\.id))
    var rows = shown.map { row($0, in: answer) }
    for index in state.keys.indices {
      let (key, held) = (KeyOrdinal(index), state.keys[index])
      guard state.keyActivity[index].since != nil, held.rotatedTo == nil,
        let own = held.limit?.value?.limit
      else { continue }
      let limiters = customizable(key, own, in: state)
      if limiters.isEmpty { rows.append(unusedRow(key, own, in: state)) }
      rows += limiters.filter { !used.contains($0.id) }.map { row($0, in: answer) }
    }
    return rows.sorted { $0.limitOrder.lexicographicallyPrecedes($1.limitOrder, by: bytesPrecede) }
  }

  /// How the limits of a request stand, one object each.
  func readings(_ limits: [AppliedLimit], in state: LedgerState, at now: Timestamp) -> [Value] {
    limits.map { applied in
      var row = Row(["scope": .text(applied.id.scope.name)])
      append(applied.id, applied.limit, state.reading(applied, at: now), to: &row, in: state)
      return .object(row)
    }
  }

  /// The limiter under the rule in force; `nil` where the profile has that rule no more.
  private func limiter(_ id: LimiterID, in state: LedgerState) -> ShownLimiter? {
    guard state.profiles.indices.contains(id.profile.index),
      let rule = state.profiles[id.profile.index].policy?.limits
        .first(where: { LimiterID($0, profile: id.profile, subject: id.subject) == id }),
      let limit = rule.limit
    else { return nil }
    guard id.scope == .key else { return ShownLimiter(id: id, limit: limit) }
    guard state.keys.indices.contains(Int(id.subject)) else { return nil }
    let key = newest(KeyOrdinal(id.subject), in: state)
    let own = rule.isCustomizable ? state.keys[key.index].limit?.value?.limit : nil
    return ShownLimiter(id: id, limit: own ?? limit, key: key)
  }

  /// The key that a lineage has come to. A record can say anything, a circle too.
  private func newest(_ first: KeyOrdinal, in state: LedgerState) -> KeyOrdinal {
    var key = first
    while let next = state.keys[key.index].rotatedTo, next > key,
      state.keys.indices.contains(next.index)
    {
      key = next
    }
    return key
  }

  /// The limiters that a key's own limit is for.
  private func customizable(
    _ key: KeyOrdinal, _ own: RateLimit, in state: LedgerState
  ) -> [ShownLimiter] {
    let held = state.keys[key.index]
    let lineage = held.lineage ?? key
    return state.profiles.indices.filter { held.profile == nil || held.profile?.index == $0 }
      .flatMap { index in
        (state.profiles[index].policy?.limits ?? [])
          .filter { $0.scope == .key && $0.isCustomizable }
          .map { rule in
            let id = LimiterID(rule, profile: ProfileOrdinal(index), subject: lineage.value)
            return ShownLimiter(id: id, limit: own, key: key)
          }
      }
  }

  private func row(_ shown: ShownLimiter, in answer: StateAtMoment) -> Row {
    let state = answer.state
    let user =
      shown.key.map { state.keys[$0.index].owner?.user }
      ?? (shown.id.scope == .user ? UserOrdinal(shown.id.subject) : nil)
    var row = subjectRow(shown.id.scope, user, shown.key, in: state)
    row.append("profile", Value(state.profiles[shown.id.profile.index].name))
    let reading = shown.reading(in: state, at: answer.clock)
    append(shown.id, shown.limit, reading, to: &row, in: state)
    return row
  }

  /// A key's own limit that no profile takes up.
  private func unusedRow(_ key: KeyOrdinal, _ own: RateLimit, in state: LedgerState) -> Row {
    var row = subjectRow(.key, state.keys[key.index].owner?.user, key, in: state)
    let profile = state.keys[key.index].profile
    row.append("profile", Value(profile.flatMap { state.profiles[$0.index].name }))
    row.append("operation", .null)
    row.append("algorithm", .null)
    row.append("limit", Value(own.capacity))
    row.append("intervalSeconds", .number(own.interval / 1_000_000))
    row.append("remaining", .null)
    row.append("resetAt", .null)
    return row
  }

  private func subjectRow(
    _ scope: LimitScope, _ user: UserOrdinal?, _ key: KeyOrdinal?, in state: LedgerState
  ) -> Row {
    Row([
      "scope": .text(scope.name), "user": Value(user.map { names.user($0, in: state) }),
      "key": Value(key.map { names.key($0, in: state) }),
    ])
  }

  private func append(
    _ id: LimiterID, _ limit: RateLimit, _ reading: LimiterReading, to row: inout Row,
    in state: LedgerState
  ) {
    row.append("operation", Value(id.operation.map { names.operation($0, in: state) }))
    row.append("algorithm", .text(id.algorithm.name))
    row.append("limit", Value(limit.capacity))
    row.append("intervalSeconds", .number(limit.interval / 1_000_000))
    row.append("remaining", Value(reading.remaining))
    // A limiter that is not used has nothing to wait for.
    row.append("resetAt", reading.remaining < limit.capacity ? .time(reading.reset) : .null)
  }
}

extension LimitScope {
  var name: String { String(describing: self) }
}

extension Row {
  fileprivate var limitOrder: [String] {
    ["scope", "user", "key", "profile", "operation", "intervalSeconds"].map { name in
      switch self[name] {
      case .text(let text)?: text
      case .number(let number)?: String(number)
      default: ""
      }
    }
  }
}
