/// A SHA-256 value: 32 bytes, stored inline, so that an array of digests is one allocation.
package struct Digest: Hashable, Sendable {
  /// Size in bytes.
  package static let byteCount = 32

  /// The bytes in memory order, whatever the machine's byte order is.
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// Copies a buffer that the caller knows to be 32 bytes long.
  init(exactly buffer: UnsafeRawBufferPointer) {
    precondition(buffer.count == Self.byteCount, "a digest is 32 bytes")
    words = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: buffer) }
  }

  /// Nil unless there are exactly 32 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    words = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  /// Nil unless the text is the strict base64 form of exactly 32 bytes.
  package init?(base64: some StringProtocol) {
    guard let bytes = Base64.decode(base64) else { return nil }
    self.init(bytes)
  }

  /// Calls `body` with the 32 bytes, without copying them to the heap.
  package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
    Swift.withUnsafeBytes(of: words, body)
  }

  package func append(to output: inout [UInt8]) {
    withUnsafeBytes { output.append(contentsOf: $0) }
  }

  package var bytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }

  /// 64 lower-case hexadecimal digits.
  package var hex: String { Hex.encode(bytes) }

  /// 44 characters, the form checkpoints and proofs use.
  package var base64: String { Base64.encode(bytes) }

  package static func == (left: Digest, right: Digest) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension Digest: CustomStringConvertible {
  package var description: String { hex }
}
