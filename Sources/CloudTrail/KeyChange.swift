/// What an event did to a key's life.
package enum KeyChange: Sendable, Equatable {
  /// `expires` is in microseconds since 1970 UTC, nil where the file does not say.
  case created(key: String, owner: String, kind: KeyKind, expires: Int64?)
  case enabled(key: String, owner: String)
  case disabled(key: String, owner: String)
  case revoked(key: String, owner: String)
}

package enum KeyKind: Sendable, Equatable {
  case permanent, temporary
}

extension CloudTrailEvent {
  /// Temporary keys, which STS hands out, begin with `ASIA`; an IAM user's own with `AKIA`.
  /// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  package static func keyKind(_ id: String) -> KeyKind {
    id.hasPrefix("ASIA") ? .temporary : .permanent
  }
}
