/// Sixteen bytes of a keyed hash, by which a sealed user or client is found again.
package struct Tag: Hashable, Sendable {
  package static let byteCount = 16

  private var words: (UInt64, UInt64)

  /// `nil` unless there are exactly sixteen bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard let words = bigEndianWords(bytes, count: 2) else { return nil }
    self.words = (words[0], words[1])
  }

  package var bytes: [UInt8] { bigEndianBytes([words.0, words.1]) }

  package static func == (a: Tag, b: Tag) -> Bool { a.words == b.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

/// The keyed hash (HMAC-SHA256 under a pepper) by which a secret is stored and looked up.
package struct SecretHash: Hashable, Sendable {
  package static let byteCount = 32

  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// `nil` unless there are exactly thirty-two bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard let words = bigEndianWords(bytes, count: 4) else { return nil }
    self.words = (words[0], words[1], words[2], words[3])
  }

  package var bytes: [UInt8] { bigEndianBytes([words.0, words.1, words.2, words.3]) }

  package static func == (a: SecretHash, b: SecretHash) -> Bool { a.words == b.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

private func bigEndianWords(_ bytes: some Collection<UInt8>, count: Int) -> [UInt64]? {
  guard bytes.count == count * 8 else { return nil }
  var words = [UInt64](repeating: 0, count: count)
  for (index, byte) in bytes.enumerated() {
    words[index / 8] = words[index / 8] << 8 | UInt64(byte)
  }
  return words
}

private func bigEndianBytes(_ words: [UInt64]) -> [UInt8] {
  words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
}
