/// The stored form of a compact range:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | begin, little-endian |
/// | 8 | 8 | end, little-endian |
/// | 16 | 32 each | subtree roots, left to right; their number follows from begin and end |
///
/// It carries no checksum: what embeds it does.
extension CompactRange {
  private static let beginOffset = 0
  private static let endOffset = beginOffset + MemoryLayout<UInt64>.size
  private static let nodesOffset = endOffset + MemoryLayout<UInt64>.size

  package func encode() -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(Self.nodesOffset + nodes.count * Digest.byteCount)
    withUnsafeBytes(of: begin.littleEndian) { output.append(contentsOf: $0) }
    withUnsafeBytes(of: end.littleEndian) { output.append(contentsOf: $0) }
    for node in nodes { node.append(to: &output) }
    return output
  }

  /// Nil unless `bytes` is exactly what `encode` gives for some range.
  package init?(decoding bytes: [UInt8]) {
    guard bytes.count >= Self.nodesOffset else { return nil }
    let begin = Self.integer(in: bytes, at: Self.beginOffset)
    let end = Self.integer(in: bytes, at: Self.endOffset)
    var nodes: [Digest] = []
    for start in stride(from: Self.nodesOffset, to: bytes.count, by: Digest.byteCount) {
      let stop = min(start + Digest.byteCount, bytes.count)
      guard let node = Digest(bytes[start..<stop]) else { return nil }
      nodes.append(node)
    }
    self.init(begin: begin, end: end, nodes: nodes)
  }

  private static func integer(in bytes: [UInt8], at offset: Int) -> UInt64 {
    bytes[offset..<(offset + MemoryLayout<UInt64>.size)].reversed().reduce(0) {
      $0 << 8 | UInt64($1)
    }
  }
}
