import CLZ4

/// Turns runs of a batch into blocks, one behind the other in reused memory.
///
/// All blocks of a batch are made before the first is written, so that what they need is known.
/// Only their checksums wait until it is known in which segment each will lie.
struct BlockEncoder: ~Copyable, Sendable {
  /// One finished block.
  struct Block: Sendable {
    /// Complete but for the payload's checksum.
    let header: BlockHeader
    /// Where its bytes are in the encoder's memory.
    let range: Range<Int>
  }

  private var memory = ByteBuffer()
  private(set) var blocks: [Block] = []
  private var used = 0

  mutating func removeAll() {
    blocks.removeAll(keepingCapacity: true)
    used = 0
  }

  /// Adds a block with the records in `raw`. The draft says what they are; codec and lengths are
  /// decided here.
  mutating func append(
    _ raw: UnsafeRawBufferPointer, _ draft: BlockHeader
  ) throws(LogError) {
    precondition(raw.count <= LogFormat.maxBlockRawLength, "a block's records are too long")
    let bound = raw.count + raw.count / 255 + 16
    let start = used
    let room = BlockHeader.size + bound + LogFormat.endMarkSize
    let whole = memory.bytes(start + room)
    let payload = UnsafeMutableRawBufferPointer(
      rebasing: whole[(start + BlockHeader.size)..<(start + room)])

    var header = draft
    header.rawLength = UInt32(raw.count)
    let compressed = LZ4_compress_default(
      raw.baseAddress, payload.baseAddress, Int32(raw.count), Int32(bound))
    if compressed > 0, compressed < raw.count || !Self.showsItWasWritten(raw) {
      header.codec = .lz4
      header.storedLength = UInt32(compressed)
    } else {
      payload.copyMemory(from: raw)
      header.codec = .raw
      header.storedLength = header.rawLength
    }
    let stored = Int(header.storedLength)
    payload[stored] = LogFormat.endMark
    guard Self.showsItWasWritten(UnsafeRawBufferPointer(rebasing: payload[...stored])) else {
      throw .batchRefused(reason: "a block would look unwritten: too many zero bytes in a row")
    }
    let range = start..<(start + header.blockSize)
    used = range.upperBound
    blocks.append(Block(header: header, range: range))
  }

  /// The bytes of a block, with the checksums of the segment it goes to.
  mutating func seal(_ block: Block, _ checksum: SaltedChecksum) -> UnsafeRawBufferPointer {
    let bytes = UnsafeMutableRawBufferPointer(rebasing: memory.bytes(used)[block.range])
    var header = block.header
    header.payloadChecksum = checksum.of(
      UnsafeRawBufferPointer(rebasing: bytes[BlockHeader.size...]))
    header.encode(
      into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<BlockHeader.size]), checksum)
    return UnsafeRawBufferPointer(bytes)
  }

  /// Bytes of a piece of the payload that must not be all zero. A sector that has neither the
  /// first nor the last byte of its block lies wholly in the block; it has at least
  /// `sectorSize - BlockHeader.size` bytes of the payload, and so a whole piece of this size.
  private static let pieceSize = (LogFormat.sectorSize - BlockHeader.size) / 2

  /// False if a sector inside `bytes` might be all zero, and so look as if it had never been
  /// written. Reads one word of most pieces.
  ///
  /// What LZ4 makes always passes: it looks at no more than every 128th byte of a block this
  /// size, so the second look inside a run of zeros finds the first and ends the literals.
  private static func showsItWasWritten(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var start = 0
    while start + pieceSize <= bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + pieceSize)])
      if piece.isAllZero { return false }
      start += pieceSize
    }
    return true
  }
}
