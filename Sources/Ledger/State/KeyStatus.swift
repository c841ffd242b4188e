/// What a key is at a moment.
package enum KeyStatus: String, CaseIterable, Sendable {
  case active, disabled, expired, revoked
}

extension LedgerState {
  /// When the key stops working, and whether that is only estimated. `nil` where it does not.
  package func expiry(of key: KeyOrdinal) -> (time: Timestamp, isEstimated: Bool)? {
    let held = keys[key.index]
    if let set = held.expires?.value { return set.time.map { ($0, false) } }
    guard held.kind == .temporary, let since = keyActivity[key.index].since else { return nil }
    return (since.adding(seconds: Key.estimatedLifetime), true)
  }

  /// The key's state at `time`, which must not be before what the state was folded from.
  package func status(of key: KeyOrdinal, at time: Timestamp) -> KeyStatus {
    let held = keys[key.index]
    if held.revoked != nil { return .revoked }
    if let expiry = expiry(of: key), expiry.time <= time { return .expired }
    return held.isEnabled ? .active : .disabled
  }
}
