/// One of several changes to a key that are made together.
package enum KeyEdit: Sendable, Hashable {
  case name(String?)
  case enabled(Bool)
  case expires(Timestamp?)
  case limit(RateLimit?)
  case scopes([String])
  case addresses([String])
  case metadata([MetadataEntry])

  fileprivate func command(for key: KeyOrdinal) -> Command {
    switch self {
    case .name(let name): .renameKey(key, name: name)
    case .enabled(let enabled): .setKey(key, enabled: enabled)
    case .expires(let time): .setExpiry(key, time)
    case .limit(let limit): .setRateLimit(key, limit)
    case .scopes(let scopes): .setScopes(key, scopes)
    case .addresses(let ranges): .setAddresses(key, ranges)
    case .metadata(let entries): .setMetadata(key, entries)
    }
  }
}

extension LedgerState {
  /// All of the changes, or none if one is refused. Each sets another part of the key, so that they
  /// can all be decided against the state before; two that set the same part are refused.
  func changeKey(
    _ key: KeyOrdinal, _ changes: [KeyEdit], _ draft: inout Draft
  ) -> Refusal? {
    var parts: Set<String> = []
    for change in changes {
      guard parts.insert(change.part).inserted else {
        return .invalid("a key's \(change.part) cannot be set twice at once")
      }
      if let refusal = decideKey(change.command(for: key), &draft) { return refusal }
    }
    return nil
  }
}

extension KeyEdit {
  fileprivate var part: String {
    switch self {
    case .name: "name"
    case .enabled: "state"
    case .expires: "expiry"
    case .limit: "limit"
    case .scopes: "scopes"
    case .addresses: "addresses"
    case .metadata: "metadata"
    }
  }
}
