import Transparency

/// Checks one segment file by itself: every byte of it.
struct SegmentVerifier: ~Copyable {
  /// What a segment turned out to hold.
  struct Finding: Sendable {
    let name: String
    var header: SegmentHeader?
    var footer: SegmentFooter?
    /// The tree over the records from the segment's first on, up to the first problem.
    var range: CompactRange
    /// The same up to each size asked for.
    var cuts: [UInt64: CompactRange] = [:]
    /// The sequence after the last record, problems passed over.
    var next: UInt64
    var firstRecorded: Int64?
    var lastRecorded = Int64.min
    var problems: [Problem] = []
    var tornTail: RecoveryReport.TornTail?
    var isStopped = false
    /// All zero: begun by a crash, or never.
    var isAbandoned = false
    /// `range` has every record up to `next`.
    var isWhole = true
  }

  private(set) var finding: Finding
  private let isLast: Bool
  /// Records at and after this sequence may be under way, unless the segment is sealed.
  private let limit: UInt64
  private let cuts: Set<UInt64>
  private var file: LogFile
  private var decoder = BlockDecoder()
  private var blocks: [BlockInfo] = []
  private var offset = UInt64(SegmentHeader.size)

  init(
    _ disk: any Disk, _ directory: String, _ name: String, isLast: Bool, limit: UInt64,
    cuts: Set<UInt64>
  ) throws(LogError) {
    file = try LogFile(disk, directory, name)
    let first = SegmentName.firstSequence(of: name) ?? 0
    finding = Finding(name: name, range: CompactRange(begin: first), next: first)
    self.isLast = isLast
    self.limit = limit
    self.cuts = cuts
  }

  /// Reads the whole file. Throws only what keeps it from being read.
  mutating func run() throws(LogError) {
    do {
      finding.header = try file.header()
    } catch .corrupt(let problem) {
      finding.isWhole = false
      if isLast, try file.firstNonZero(from: 0) == nil {
        finding.isAbandoned = true
      } else {
        finding.problems.append(problem)
      }
      return
    }
    guard let header = finding.header else { return }
    if header.isSealed {
      try runSealed(header)
    } else {
      if file.size != header.capacity {
        report(at: file.size, "\(file.size) bytes, expected \(header.capacity)")
      }
      try walk(header, end: file.size)
    }
    if header.firstSequence > 0, let first = finding.firstRecorded, first != header.created {
      report(
        at: SegmentHeader.createdOffset,
        "the first record's time is \(header.created), expected \(first)")
    }
  }

  private mutating func runSealed(_ header: SegmentHeader) throws(LogError) {
    var end = file.size
    do {
      let (footer, footerOffset) = try SegmentFooter.read(&file, header)
      end = footerOffset
      finding.footer = footer
      try footer.check(header, file.name, blocksEnd: footerOffset)
    } catch .corrupt(let problem) {
      finding.problems.append(problem)
    }
    try walk(header, end: end)
    guard let footer = finding.footer else { return }
    if footer.blocks != blocks {
      report(at: end, "the index is not that of the blocks, expected \(blocks.count) entries")
    }
    var tree = footer.treeBefore
    if finding.isWhole, !tree.append(contentsOf: finding.range) || tree != footer.treeAfter {
      report(
        at: end,
        "the records hash to root \(tree.root().hex), expected \(footer.treeAfter.root().hex)")
    }
  }

  private mutating func report(at offset: UInt64, _ text: String) {
    finding.problems.append(
      Problem(file: file.name, offset: offset, sequence: finding.next, problem: text))
  }

  /// Goes from block to block, and past damage to the next undamaged block.
  private mutating func walk(_ header: SegmentHeader, end: UInt64) throws(LogError) {
    while offset < end, finding.next < limit || header.isSealed {
      try passResumeMark(header)
      if !finding.isStopped, let block = try block(header, end: end) {
        if block.firstSequence != finding.next {
          report(at: offset, "block begins with sequence \(block.firstSequence)")
          finding.isWhole = false
          finding.next = block.firstSequence
        }
        if try add(block, header) { continue }
      }
      guard try passDamage(header, end: end) else { return }
    }
  }

  private mutating func passResumeMark(_ header: SegmentHeader) throws(LogError) {
    guard finding.isStopped else { return }
    let place = ResumeMark.offset(after: offset)
    guard let gap = try file.bytes(at: offset, Int(place - offset)), gap.isAllZero,
      let mark = try file.bytes(at: place, ResumeMark.size),
      ResumeMark.isMark(mark, finding.next, header.checksum)
    else { return }
    offset = place + UInt64(ResumeMark.size)
    finding.isStopped = false
  }

  /// The undamaged header at `offset`, if its block ends by `end`.
  private mutating func block(
    _ header: SegmentHeader, end: UInt64
  ) throws(LogError) -> BlockHeader? {
    guard offset + UInt64(BlockHeader.size) <= end,
      let bytes = try file.bytes(at: offset, BlockHeader.size)
    else { return nil }
    guard case .header(let block) = BlockHeader.decode(bytes, header.checksum),
      offset + UInt64(block.blockSize) <= end
    else { return nil }
    return block
  }

  /// Takes the block at `offset` into the tree; false if its payload is damaged.
  private mutating func add(
    _ block: BlockHeader, _ header: SegmentHeader
  ) throws(LogError) -> Bool {
    let length = Int(block.storedLength) + LogFormat.endMarkSize
    guard let payload = try file.bytes(at: offset + UInt64(BlockHeader.size), length),
      let records = decoder.records(of: block, payload, header.checksum)
    else { return false }
    if block.firstRecorded < finding.lastRecorded {
      report(
        at: offset,
        "recorded time \(block.firstRecorded), expected at least \(finding.lastRecorded)")
    }
    if finding.isWhole {
      records.forEach { _, record in
        finding.range.append(MerkleTree.leaf(record))
        if cuts.contains(finding.range.end) { finding.cuts[finding.range.end] = finding.range }
      }
    }
    blocks.append(BlockInfo(block, at: offset))
    finding.firstRecorded = finding.firstRecorded ?? block.firstRecorded
    finding.lastRecorded = block.lastRecorded
    finding.next = block.nextSequence
    finding.isStopped = block.isStop
    offset += UInt64(block.blockSize)
    return true
  }

  /// Judges the bytes from `offset` on, which are no block. True if an undamaged block follows,
  /// with `offset` at it.
  private mutating func passDamage(
    _ header: SegmentHeader, end: UInt64
  ) throws(LogError) -> Bool {
    guard let first = try file.firstNonZero(from: offset), first < end,
      let last = try file.lastNonZero(from: offset)
    else {
      if finding.footer != nil { report(at: offset, "zeros, expected a block or the footer") }
      return false
    }
    let tail = try file.copy(offset..<min(end, last + 1))
    let judge = TailJudge(
      file: file.name, offset: offset, fileSize: end, next: finding.next,
      checksum: header.checksum, isStopped: finding.isStopped)
    switch tail.withUnsafeBytes({ judge.judge($0) }) {
    case .clean: return false
    case .torn(let range) where isLast && !header.isSealed:
      finding.tornTail = RecoveryReport.TornTail(
        file: file.name, offset: range.lowerBound, length: range.upperBound - range.lowerBound,
        sequence: finding.next)
      return false
    case .torn: report(at: offset, "damaged block, expected sequence \(finding.next)")
    case .corrupt(let problem): finding.problems.append(problem)
    }
    finding.isWhole = false
    guard let found = tail.withUnsafeBytes({ judge.findBlock($0, from: 1) }) else { return false }
    offset += UInt64(found.position)
    finding.next = found.sequence
    finding.isStopped = false
    return true
  }
}
