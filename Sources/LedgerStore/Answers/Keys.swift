package import Ledger

/// Which keys a question is about.
package struct KeyFilter: Sendable {
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?
  package var status: KeyStatus?
  package var kind: KeyKind?
  /// Existing for longer than so many seconds.
  package var olderThan: Int64?
  /// Without an allowed request for so many seconds; a key younger than that counts as used.
  package var unusedSince: Int64?
  /// Active, and expiring within so many seconds.
  package var expiringWithin: Int64?

  package init() {}

  func admits(_ key: KeyOrdinal, in answer: StateAtMoment) -> Bool {
    let state = answer.state
    let held = state.keys[key.index]
    let activity = state.keyActivity[key.index]
    let now = answer.clock
    if let organization, held.owner?.organization != organization { return false }
    if let user, held.owner?.user != user { return false }
    if let kind, held.kind != kind { return false }
    let status = state.status(of: key, at: now)
    if let wanted = self.status, status != wanted { return false }
    if let olderThan {
      guard let since = activity.since, since < now.adding(seconds: -olderThan) else {
        return false
      }
    }
    if let unusedSince {
      let last = activity.lastAllowed ?? activity.since ?? .distantPast
      if last >= now.adding(seconds: -unusedSince) { return false }
    }
    if let expiringWithin {
      guard status == .active, let expiry = state.expiry(of: key),
        expiry.time < now.adding(seconds: expiringWithin)
      else { return false }
    }
    return true
  }
}

extension LedgerReader {
  /// Keys by external id.
  package func keys(_ filter: KeyFilter, in answer: StateAtMoment) -> [Row] {
    let state = answer.state
    return state.keys.indices.map { KeyOrdinal($0) }
      .filter { state.keyActivity[$0.index].since != nil && filter.admits($0, in: answer) }
      .sorted { bytesPrecede(state.keys[$0.index].id ?? "", state.keys[$1.index].id ?? "") }
      .map { keyRow($0, in: answer) }
  }

  package func keyRow(_ key: KeyOrdinal, in answer: StateAtMoment) -> Row {
    let state = answer.state
    let held = state.keys[key.index]
    let activity = state.keyActivity[key.index]
    let expiry = state.expiry(of: key)
    return Row([
      "id": Value(held.id),
      "organization": Value(held.owner.map { names.organization($0.organization, in: state) }),
      "user": Value(held.owner.map { names.user($0.user, in: state) }),
      "name": Value(held.name?.value?.value),
      "kind": .text(held.kind.name),
      "environment": held.environment == .unspecified ? .null : .text(held.environment.name),
      "state": .text(state.status(of: key, at: answer.clock).rawValue),
      "createdAt": Value(held.created?.happened),
      "createdBy": Value(held.created?.value?.actor.flatMap { actor($0, in: state) }),
      "expiresAt": Value(expiry?.time),
      "expiryEstimated": .flag(expiry?.isEstimated ?? false),
      "revokedAt": Value(held.revoked?.happened),
      "revokedBy": Value(held.revoked?.value?.actor.flatMap { actor($0, in: state) }),
      "lastUsedAt": Value(activity.lastAllowed),
      "requests": Value(activity.requests),
    ])
  }

  /// Everything about one key.
  package func keyDetail(_ key: KeyOrdinal, in answer: StateAtMoment) -> Row {
    let state = answer.state
    let held = state.keys[key.index]
    let activity = state.keyActivity[key.index]
    var row = keyRow(key, in: answer)
    row.append("allowed", Value(activity.allowed))
    row.append("refused", Value(activity.refused))
    row.append("firstSeenAt", Value(activity.since))
    row.append("hint", Value(held.hint))
    row.append("scopes", scopes(held, in: state))
    row.append(
      "addresses", .list((held.addresses?.value?.ranges ?? []).map { .text($0) }))
    row.append("limit", limit(held))
    row.append("metadata", held.metadataValue)
    row.append("lineage", Value(held.lineage.map { names.key($0, in: state) }))
    row.append("rotatedTo", Value(held.rotatedTo.map { names.key($0, in: state) }))
    return row
  }

  func scopes(_ key: Key, in state: LedgerState) -> Value {
    let operations = key.scopes?.value?.operations ?? []
    return .list(operations.map { .text(names.operation($0, in: state)) })
  }

  func limit(_ key: Key) -> Value {
    guard let limit = key.limit?.value?.limit else { return .null }
    return .text(limit.text)
  }

  /// Who acted, as one text; `nil` where the record names nobody.
  package func actor(_ actor: Actor, in state: LedgerState) -> String? {
    if let user = actor.user { return names.user(user, in: state) }
    if let token = actor.token {
      let name =
        state.tokens.indices.contains(token.index) ? state.tokens[token.index].name : nil
      return "token:\(name ?? String(token.value))"
    }
    return actor.operatorID.map { "operator:\($0)" }
  }
}
