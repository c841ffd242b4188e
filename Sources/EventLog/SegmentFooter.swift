import Transparency

/// What follows the blocks of a sealed segment: an index of them, and the tree at both ends.
struct SegmentFooter: Hashable, Sendable {
  var blocks: [BlockInfo]
  /// The tree of all records before the segment, and of all up to its end.
  var treeBefore: CompactRange
  var treeAfter: CompactRange

  private enum Layout {
    static let magic = Field.first(4)
    static let version = magic.next(2)
    static let reserved = version.next(2)
    static let blockCount = reserved.next(4)
    static let treeBeforeLength = blockCount.next(4)
    static let treeAfterLength = treeBeforeLength.next(4)
    static let size = treeAfterLength.end
  }

  private enum EntryLayout {
    static let firstSequence = Field.first(8)
    static let offset = firstSequence.next(8)
    static let count = offset.next(4)
    static let firstRecorded = count.next(8)
    static let lastRecorded = firstRecorded.next(8)
    static let minHappened = lastRecorded.next(8)
    static let maxHappened = minHappened.next(8)
    static let summary = maxHappened.next(8)
    static let size = summary.end
  }

  /// The last bytes of the file.
  private enum TrailerLayout {
    static let footerLength = Field.first(8)
    static let magic = footerLength.next(8)
    static let size = magic.end
  }

  /// The footer and the trailer.
  func encode() -> [UInt8] {
    let before = treeBefore.encode()
    let after = treeAfter.encode()
    var bytes = [UInt8](repeating: 0, count: Layout.size)
    bytes.withUnsafeMutableBytes {
      $0.store(LogFormat.footerMagic, in: Layout.magic)
      $0.store(LogFormat.version, in: Layout.version)
      $0.store(UInt32(blocks.count), in: Layout.blockCount)
      $0.store(UInt32(before.count), in: Layout.treeBeforeLength)
      $0.store(UInt32(after.count), in: Layout.treeAfterLength)
    }
    for block in blocks { bytes.append(contentsOf: Self.encode(block)) }
    bytes.append(contentsOf: before)
    bytes.append(contentsOf: after)
    SHA256Hash.digest(bytes).append(to: &bytes)
    var trailer = [UInt8](repeating: 0, count: TrailerLayout.size)
    trailer.withUnsafeMutableBytes {
      $0.store(UInt64(bytes.count), in: TrailerLayout.footerLength)
      $0.store(LogFormat.trailerMagic, in: TrailerLayout.magic)
    }
    return bytes + trailer
  }

  private static func encode(_ block: BlockInfo) -> [UInt8] {
    var entry = [UInt8](repeating: 0, count: EntryLayout.size)
    entry.withUnsafeMutableBytes {
      $0.store(block.firstSequence, in: EntryLayout.firstSequence)
      $0.store(block.offset, in: EntryLayout.offset)
      $0.store(block.count, in: EntryLayout.count)
      $0.store(block.firstRecorded, in: EntryLayout.firstRecorded)
      $0.store(block.lastRecorded, in: EntryLayout.lastRecorded)
      $0.store(block.minHappened, in: EntryLayout.minHappened)
      $0.store(block.maxHappened, in: EntryLayout.maxHappened)
      $0.store(block.summary, in: EntryLayout.summary)
    }
    return entry
  }

  /// Reads the footer of a sealed segment, and where it begins: where the blocks end.
  static func read(
    _ file: inout LogFile, _ header: SegmentHeader
  ) throws(LogError) -> (footer: SegmentFooter, offset: UInt64) {
    let name = file.name
    let size = file.size
    func refused(_ offset: UInt64, _ problem: String) -> LogError {
      .corrupt(
        Problem(file: name, offset: offset, sequence: header.firstSequence, problem: problem))
    }
    let trailerSize = UInt64(TrailerLayout.size)
    let trailerOffset = size - min(size, trailerSize)
    guard size >= UInt64(SegmentHeader.size) + trailerSize,
      let trailer = try file.bytes(at: trailerOffset, TrailerLayout.size),
      trailer.hasBytes(LogFormat.trailerMagic, in: TrailerLayout.magic)
    else { throw refused(trailerOffset, "expected the trailer of a sealed segment") }
    let length: UInt64 = trailer.integer(TrailerLayout.footerLength)
    let room = trailerOffset - UInt64(SegmentHeader.size)
    guard length >= UInt64(Layout.size + Digest.byteCount), length <= room else {
      throw refused(trailerOffset, "footer of \(length) bytes, expected at most \(room)")
    }
    let offset = trailerOffset - length
    guard let bytes = try file.bytes(at: offset, Int(length)) else {
      throw refused(offset, "expected a footer of \(length) bytes")
    }
    return (try SegmentFooter(decoding: bytes, refused: { refused(offset, $0) }), offset)
  }

  private init(
    decoding bytes: UnsafeRawBufferPointer, refused: (String) -> LogError
  ) throws(LogError) {
    let body = UnsafeRawBufferPointer(rebasing: bytes.dropLast(Digest.byteCount))
    guard bytes.suffix(Digest.byteCount).elementsEqual(SHA256Hash.digest(body).bytes) else {
      throw refused("the footer's SHA-256 is not the one it states")
    }
    guard body.hasBytes(LogFormat.footerMagic, in: Layout.magic),
      body.integer(Layout.version, as: UInt16.self) == LogFormat.version,
      body.integer(Layout.reserved, as: UInt16.self) == 0
    else { throw refused("expected a footer of version \(LogFormat.version)") }
    let blockCount = Int(body.integer(Layout.blockCount, as: UInt32.self))
    let beforeLength = Int(body.integer(Layout.treeBeforeLength, as: UInt32.self))
    let afterLength = Int(body.integer(Layout.treeAfterLength, as: UInt32.self))
    let entriesEnd = Layout.size + blockCount * EntryLayout.size
    guard body.count == entriesEnd + beforeLength + afterLength else {
      throw refused("\(body.count) bytes, expected what its lengths add up to")
    }
    blocks = (0..<blockCount).map { index in
      let start = Layout.size + index * EntryLayout.size
      return Self.decode(UnsafeRawBufferPointer(rebasing: body[start..<(start + EntryLayout.size)]))
    }
    guard
      let before = CompactRange(decoding: [UInt8](body[entriesEnd..<(entriesEnd + beforeLength)])),
      let after = CompactRange(decoding: [UInt8](body[(entriesEnd + beforeLength)...])),
      before.begin == 0, after.begin == 0
    else { throw refused("expected two compact ranges from leaf 0") }
    treeBefore = before
    treeAfter = after
  }

  private static func decode(_ entry: UnsafeRawBufferPointer) -> BlockInfo {
    BlockInfo(
      firstSequence: entry.integer(EntryLayout.firstSequence),
      count: entry.integer(EntryLayout.count), offset: entry.integer(EntryLayout.offset),
      firstRecorded: entry.integer(EntryLayout.firstRecorded),
      lastRecorded: entry.integer(EntryLayout.lastRecorded),
      minHappened: entry.integer(EntryLayout.minHappened),
      maxHappened: entry.integer(EntryLayout.maxHappened),
      summary: entry.integer(EntryLayout.summary))
  }

  init(blocks: [BlockInfo], treeBefore: CompactRange, treeAfter: CompactRange) {
    self.blocks = blocks
    self.treeBefore = treeBefore
    self.treeAfter = treeAfter
  }

  /// The index must cover the segment's blocks without gaps, from its header to `blocksEnd`, and
  /// the trees must be those at its ends.
  func check(_ header: SegmentHeader, _ file: String, blocksEnd: UInt64) throws(LogError) {
    func refused(_ problem: String) -> LogError {
      .corrupt(
        Problem(file: file, offset: blocksEnd, sequence: header.firstSequence, problem: problem))
    }
    guard treeBefore.end == header.firstSequence, treeBefore.root() == header.root else {
      throw refused("the tree before the segment is not the one its header states")
    }
    var sequence = header.firstSequence
    var offset = UInt64(SegmentHeader.size)
    for (index, block) in blocks.enumerated() {
      let isInPlace = index == 0 ? block.offset == offset : block.offset > offset
      guard block.firstSequence == sequence, isInPlace, block.count > 0 else {
        throw refused("index entry \(index) does not follow the entry before")
      }
      sequence += UInt64(block.count)
      offset = block.offset
    }
    guard offset < blocksEnd || blocks.isEmpty, treeAfter.end == sequence else {
      throw refused("the tree after the segment has \(treeAfter.end) records, expected \(sequence)")
    }
  }
}
