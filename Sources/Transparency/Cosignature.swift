/// A witness's signature over a checkpoint and the time it saw it (C2SP `tlog-cosignature`):
/// eight bytes big-endian seconds since 1970, then an Ed25519 signature.
struct Cosignature {
  private static let timeByteCount = MemoryLayout<UInt64>.size
  private static let signatureByteCount = 64

  /// Seconds since 1970 UTC, as the witness says.
  let time: UInt64
  let signature: [UInt8]

  /// Nil unless there are exactly 72 bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.timeByteCount + Self.signatureByteCount else { return nil }
    time = bytes[..<Self.timeByteCount].reduce(0) { $0 << 8 | UInt64($1) }
    signature = [UInt8](bytes[Self.timeByteCount...])
  }

  /// The bytes the witness signed for a note's text.
  func message(for text: String) -> [UInt8] {
    [UInt8]("cosignature/v1\ntime \(time)\n".utf8) + [UInt8](text.utf8)
  }
}
