import Transparency

/// Writes the blocks of a segment into a new file, as few and as large as they may be.
struct SegmentMerge: ~Copyable {
  private let file: DiskFile
  private let disk: any Disk
  private let header: SegmentHeader
  private(set) var footer: SegmentFooter
  private var offset = UInt64(SegmentHeader.size)
  /// The records of the block in the making, and what its header will say.
  private var raw = ByteBuffer()
  private var draft: BlockHeader?
  private var encoder = BlockEncoder()

  init(_ file: DiskFile, _ disk: any Disk, _ header: SegmentHeader, _ tree: CompactRange) {
    self.file = file
    self.disk = disk
    self.header = header
    footer = SegmentFooter(blocks: [], treeBefore: tree, treeAfter: tree)
  }

  /// Adds all blocks of `scan`, whose segment must hold the records up to `end` and nothing more.
  mutating func copyBlocks(_ scan: inout BlockScan, end: UInt64) throws(LogError) {
    while let block = try scan.peek(), let records = try scan.records(of: block) {
      try add(block, records)
      scan.skip(block)
    }
    if case .corrupt(let problem) = try scan.judgeTail() { throw .corrupt(problem) }
    guard scan.next == end else {
      throw scan.problem("the segment ends with sequence \(scan.next), expected \(end)")
    }
  }

  private mutating func add(_ block: BlockHeader, _ records: BlockRecords) throws(LogError) {
    let fits =
      draft.map {
        Int($0.count) + records.count <= LogFormat.maxBlockRecords
          && Int($0.rawLength) + records.raw.count <= LogFormat.maxBlockRawLength
      } ?? true
    if !fits { try flush() }
    var joined = draft ?? block
    if draft == nil {
      joined.isStop = false
      joined.rawLength = 0
    } else {
      joined.count += block.count
      joined.lastRecorded = block.lastRecorded
      joined.minHappened = min(joined.minHappened, block.minHappened)
      joined.maxHappened = max(joined.maxHappened, block.maxHappened)
      joined.summary |= block.summary
    }
    let start = Int(joined.rawLength)
    let end = start + records.raw.count
    UnsafeMutableRawBufferPointer(rebasing: raw.bytes(end)[start...]).copyMemory(from: records.raw)
    joined.rawLength = UInt32(end)
    draft = joined
    records.forEach { footer.treeAfter.append(MerkleTree.leaf($1)) }
  }

  private mutating func flush() throws(LogError) {
    guard let draft else { return }
    encoder.removeAll()
    try encoder.append(raw.filled(0..<Int(draft.rawLength)), draft)
    let block = encoder.blocks[0]
    let bytes = encoder.seal(block, header.checksum)
    do { try disk.write(file, at: offset, bytes) } catch { throw .io(error) }
    footer.blocks.append(BlockInfo(block.header, at: offset))
    offset += UInt64(bytes.count)
    self.draft = nil
  }

  /// Writes what is left, the footer and the header, and makes the file durable.
  mutating func finish() throws(LogError) {
    try flush()
    do {
      try disk.write(file, at: offset, footer.encode())
      try disk.write(file, at: 0, header.encode())
      try disk.sync(file)
    } catch {
      throw .io(error)
    }
  }
}
