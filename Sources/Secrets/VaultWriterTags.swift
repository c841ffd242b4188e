/// Tags as the writer makes them: it always has the keys, or makes them.
extension Vault {
  package func userTag(_ externalID: String) -> [UInt8] {
    guard let tag = keys.userTag(externalID) else { preconditionFailure(Self.alwaysThere) }
    return tag
  }

  package func importFingerprint(_ bytes: [UInt8]) -> UInt64 {
    guard let value = keys.importFingerprint(bytes) else { preconditionFailure(Self.alwaysThere) }
    return value
  }

  /// Stages the month's key where it is the first tag of that month.
  package mutating func clientTag(address: String, userAgent: String, month: Int) -> [UInt8] {
    ensureClientTagKey(month: month)
    guard let tag = keys.clientTag(address: address, userAgent: userAgent, month: month) else {
      preconditionFailure(Self.alwaysThere)
    }
    return tag
  }

  private static var alwaysThere: String { "a vault open for writing has its tag keys" }
}
