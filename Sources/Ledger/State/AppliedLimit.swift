/// A rule of a profile as it applies to one request.
package struct AppliedLimit: Hashable, Sendable {
  package var id: LimiterID
  package var limit: RateLimit
}

extension LedgerState {
  /// The limits that a request must pass, all or none of them.
  package func limits(
    _ profile: ProfileOrdinal, _ operation: OperationOrdinal, user: UserOrdinal?, key: KeyOrdinal?
  ) -> [AppliedLimit] {
    rules(of: profile).compactMap { rule in
      guard rule.operation == nil || rule.operation == operation else { return nil }
      return apply(rule, of: profile, user: user, key: key)
    }
  }

  /// The limit that the profile tells its clients of, whatever the operation.
  package func shownLimit(
    _ profile: ProfileOrdinal, user: UserOrdinal?, key: KeyOrdinal?
  ) -> AppliedLimit? {
    rules(of: profile).first { $0.isShown }.flatMap { apply($0, of: profile, user: user, key: key) }
  }

  package func reading(_ applied: AppliedLimit, at now: Timestamp) -> LimiterReading {
    LimiterReading(limiters[applied.id], applied.limit, applied.id.algorithm, at: now)
  }

  private func rules(of profile: ProfileOrdinal) -> [LimitRule] {
    guard profiles.indices.contains(profile.index) else { return [] }
    return profiles[profile.index].policy?.limits ?? []
  }

  /// The last key of the lineage that `key` belongs to.
  private func newest(of key: KeyOrdinal) -> KeyOrdinal {
    var newest = key
    // A log can claim anything: each step goes to a later key, so that this ends.
    while let next = keys[newest.index].rotatedTo, next > newest, keys.indices.contains(next.index)
    {
      newest = next
    }
    return newest
  }

  /// `nil` where the rule limits something that the request does not have.
  private func apply(
    _ rule: LimitRule, of profile: ProfileOrdinal, user: UserOrdinal?, key: KeyOrdinal?
  ) -> AppliedLimit? {
    guard var limit = rule.limit else { return nil }
    switch rule.scope {
    case .user:
      guard let user else { return nil }
      return AppliedLimit(
        id: LimiterID(rule, profile: profile, subject: user.value), limit: limit)
    case .key:
      guard let key, keys.indices.contains(key.index) else { return nil }
      // The newest key's own, so that all secrets of a lineage share one limit of one size.
      if rule.isCustomizable, let own = keys[newest(of: key).index].limit?.value?.limit {
        limit = own
      }
      let lineage = keys[key.index].lineage ?? key
      return AppliedLimit(
        id: LimiterID(rule, profile: profile, subject: lineage.value), limit: limit)
    case .unspecified: return nil
    }
  }
}
