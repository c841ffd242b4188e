/// Keyed hashes by which something is found again without storing what it is. Each kind has a
/// key of its own and, so that no two kinds could ever agree, a text of its own in front.
extension VaultKeys {
  /// Size of a tag in bytes: 128 bits keep two subjects apart in any log.
  package static let tagByteCount = 16

  /// The tag of a user, the same for the life of the log. Nil without a vault.
  package func userTag(_ externalID: String) -> [UInt8]? {
    userTagKey.map { Self.tag("user", [[UInt8](externalID.utf8)], under: $0) }
  }

  /// The tag of a client in one month, numbered year · 12 + month - 1. Nil without the key of
  /// that month.
  package func clientTag(address: String, userAgent: String, month: Int) -> [UInt8]? {
    clientTagKeys[month].map {
      Self.tag("client", [[UInt8](address.utf8), [UInt8](userAgent.utf8)], under: $0)
    }
  }

  /// 64 bits that say whether imported bytes were imported before. Nil without a vault.
  package func importFingerprint(_ bytes: [UInt8]) -> UInt64? {
    importFingerprintKey.map {
      LittleEndian.load(UInt64.self, from: Self.tag("import", [bytes], under: $0)[...], at: 0)
    }
  }

  /// What tags sessions, tasks and calls, without the rest of the vault. Nil without a vault.
  package var callTags: CallTags? { userTagKey.map { CallTags(key: $0) } }

  /// The first 16 bytes of HMAC-SHA256 of `keyledger <kind> tag v1`, a zero byte, and every part
  /// after its length, so that parts cannot flow into each other.
  fileprivate static func tag(
    _ kind: String, _ parts: [[UInt8]], under key: SecretKey
  ) -> [UInt8] {
    var message = [UInt8]("keyledger \(kind) tag v1".utf8)
    message.append(0)
    for part in parts {
      LittleEndian.append(UInt64(part.count), to: &message)
      message.append(contentsOf: part)
    }
    return [UInt8](key.authenticationCode(for: message).prefix(tagByteCount))
  }
}

/// Tags of what users bring with their calls. They share the key of the user tags, for they are
/// about users; the text in front of each kind keeps them apart. A value, for any thread.
package struct CallTags: Sendable {
  fileprivate let key: SecretKey

  package func user(_ externalID: String) -> [UInt8] { tag("user", externalID) }
  /// Of a session's `jti`.
  package func session(_ id: String) -> [UInt8] { tag("session", id) }
  package func task(_ id: String) -> [UInt8] { tag("task", id) }
  /// Of an idempotency key.
  package func idempotency(_ id: String) -> [UInt8] { tag("idempotency", id) }
  /// Of everything a call asks for.
  package func request(_ content: String) -> [UInt8] { tag("request", content) }

  private func tag(_ kind: String, _ text: String) -> [UInt8] {
    VaultKeys.tag(kind, [[UInt8](text.utf8)], under: key)
  }
}
