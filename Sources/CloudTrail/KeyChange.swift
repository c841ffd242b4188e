package import Ledger

/// What an event did to a key's life.
package enum KeyChange: Sendable, Equatable {
  /// `expires` is nil where the file does not say.
  case created(key: String, owner: String, kind: KeyKind, expires: Timestamp?)
  case enabled(key: String, owner: String)
  case disabled(key: String, owner: String)
  case revoked(key: String, owner: String)
}

extension CloudTrailEvent {
  /// Temporary keys, which STS hands out, begin with `ASIA`; an IAM user's own with `AKIA`.
  /// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  package static func keyKind(_ id: String) -> KeyKind {
    id.hasPrefix("ASIA") ? .temporary : .permanent
  }
}
