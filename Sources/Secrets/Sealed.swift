import Transparency

/// Names a sealing key in the vault: 16 random bytes, which say nothing about the subject.
package struct SealingKeyID: Hashable, Sendable {
  package static let byteCount = 16

  private var words: (UInt64, UInt64) = (0, 0)

  /// Nil unless there are exactly 16 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  private init(random generator: inout SystemRandomNumberGenerator) {
    words = (generator.next(), generator.next())
  }

  static func random() -> SealingKeyID {
    var generator = SystemRandomNumberGenerator()
    return SealingKeyID(random: &generator)
  }

  package var bytes: [UInt8] { withUnsafeBytes(of: words) { [UInt8]($0) } }

  package static func == (left: SealingKeyID, right: SealingKeyID) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

extension SealingKeyID: CustomStringConvertible {
  /// 32 hexadecimal digits.
  package var description: String { Hex.encode(bytes) }
}

/// What a sealed box is about. It is authenticated with the box, so that a client's cannot be
/// passed off as a user's.
package enum SubjectKind: UInt8, Hashable, Sendable {
  case user = 1
  case client = 2
}

/// Bytes that name a person, readable only while the vault has their key.
package struct Sealed: Hashable, Sendable {
  package let keyID: SealingKeyID
  /// AES-256-GCM: nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes). The plaintext inside begins
  /// with a random salt of 16 bytes.
  package let box: [UInt8]

  package init(keyID: SealingKeyID, box: [UInt8]) {
    self.keyID = keyID
    self.box = box
  }
}
