import Transparency

/// What is in a log's directory, found without changing anything.
struct LogInspection: Sendable {
  struct Segment: Sendable {
    let name: String
    let header: SegmentHeader
    /// Records.
    let count: UInt64
    /// Where the last block is; of an empty segment, where the first would be.
    let lastBlock: UInt64
    /// Where the next block would be, unless the segment is sealed.
    let end: UInt64

    var nextSequence: UInt64 { header.firstSequence + count }
  }

  var segments: [Segment] = []
  var tree = CompactRange(begin: 0)
  /// Recorded time of the last record; µs since 1970 UTC.
  var lastRecorded = Int64.min
  var report = RecoveryReport()

  /// Records.
  var size: UInt64 { segments.last?.nextSequence ?? 0 }

  /// Applies the rules of recovery to the files in `directory`; throws `.corrupt` where they
  /// refuse.
  ///
  /// - Parameter knownTree: the tree at some size, from a source the caller trusts; records
  ///   before its end are not hashed again where they are not in a sealed segment.
  init(
    _ directory: String, _ disk: any Disk, checksSealedBlocks: Bool, knownTree: CompactRange?
  ) throws(LogError) {
    self.knownTree = knownTree
    let names = try Self.list(directory, disk)
    report.sealingLeftovers = names.filter { SegmentName.isSealing($0) }
    var files = names.filter { SegmentName.firstSequence(of: $0) != nil }
    guard !files.isEmpty else { throw .noLog(directory: directory) }
    if files.count > 1, let last = files.last {
      var file = try LogFile(disk, directory, last)
      if try file.firstNonZero(from: 0) == nil {
        files.removeLast()
        report.abandonedSegment = last
      }
    }
    for (index, name) in files.enumerated() {
      var file = try LogFile(disk, directory, name)
      let header = try file.header()
      try check(header, name)
      if header.isSealed {
        try addSealed(consume file, header, checksBlocks: checksSealedBlocks)
      } else {
        try addUnsealed(consume file, header, isLast: index == files.count - 1)
      }
    }
    if let abandoned = report.abandonedSegment, SegmentName.of(size) != abandoned {
      throw Self.problem(abandoned, 0, size, "an empty segment, expected \(SegmentName.of(size))")
    }
  }

  /// Names in order, so that segments are in the order of their sequences.
  static func list(_ directory: String, _ disk: any Disk) throws(LogError) -> [String] {
    do {
      return try disk.list(directory).sorted()
    } catch {
      throw .io(error)
    }
  }

  private var knownTree: CompactRange?

  private static func problem(
    _ file: String, _ offset: UInt64, _ sequence: UInt64?, _ text: String
  ) -> LogError {
    .corrupt(Problem(file: file, offset: offset, sequence: sequence, problem: text))
  }

  /// The segment must continue the one before it.
  private func check(_ header: SegmentHeader, _ name: String) throws(LogError) {
    let first = header.firstSequence
    if first > size {
      throw Self.problem(name, 0, size, "records \(size) to \(first - 1) are missing before it")
    }
    if first < size {
      throw Self.problem(name, 0, first, "begins before the end of the segment before, \(size)")
    }
    if let expected = segments.first?.header.logID, header.logID != expected {
      throw Self.problem(name, 0, first, "belongs to another log than the segment before")
    }
    if tree.end == first, tree.root() != header.root {
      throw Self.problem(
        name, 0, first, "tree root before it is \(header.root.hex), expected \(tree.root().hex)")
    }
  }

  private mutating func addSealed(
    _ file: consuming LogFile, _ header: SegmentHeader, checksBlocks: Bool
  ) throws(LogError) {
    var scan = try BlockScan(file, header)
    let name = scan.name
    guard let footer = scan.footer else { throw scan.problem("expected a footer") }
    if checksBlocks {
      for expected in footer.blocks {
        guard scan.offset == expected.offset, let block = try scan.peek(),
          BlockInfo(block, at: scan.offset) == expected
        else { throw scan.problem("expected the block that the segment's index has here") }
        guard try scan.isIntact(block) else {
          throw scan.problem("payload checksum is wrong, expected \(block.payloadChecksum)")
        }
        scan.skip(block)
      }
      guard scan.offset == scan.end else { throw scan.problem("expected the footer") }
    }
    tree = footer.treeAfter
    for block in footer.blocks {
      try advance(to: block.firstRecorded, block.lastRecorded, name)
    }
    report.isCleanStop = false
    segments.append(
      Segment(
        name: name, header: header, count: tree.end - header.firstSequence,
        lastBlock: footer.blocks.last?.offset ?? scan.end, end: scan.end))
  }

  private mutating func addUnsealed(
    _ file: consuming LogFile, _ header: SegmentHeader, isLast: Bool
  ) throws(LogError) {
    let name = file.name
    guard file.size == header.capacity else {
      throw Self.problem(
        name, file.size, nil, "\(file.size) bytes, expected \(header.capacity)")
    }
    var scan = try BlockScan(file, header)
    var lastBlock = scan.offset
    while let block = try scan.peek() {
      guard let records = try scan.records(of: block) else { break }
      lastBlock = scan.offset
      hash(records, from: block.firstSequence)
      try advance(to: block.firstRecorded, block.lastRecorded, name)
      scan.skip(block)
    }
    switch try scan.judgeTail() {
    case .clean: break
    case .corrupt(let problem): throw .corrupt(problem)
    case .torn(let range):
      guard isLast else {
        throw scan.problem("a torn block, expected one only in the last segment")
      }
      report.tornTail = RecoveryReport.TornTail(
        file: name, offset: range.lowerBound, length: range.upperBound - range.lowerBound,
        sequence: scan.next)
    }
    report.isCleanStop = scan.isStopped
    segments.append(
      Segment(
        name: name, header: header, count: scan.next - header.firstSequence, lastBlock: lastBlock,
        end: scan.offset))
  }

  /// Recorded times never decrease.
  private mutating func advance(
    to first: Int64, _ last: Int64, _ name: String
  ) throws(LogError) {
    guard first >= lastRecorded else {
      throw Self.problem(
        name, 0, size, "recorded time \(first), expected at least \(lastRecorded)")
    }
    lastRecorded = last
  }

  private mutating func hash(_ records: BlockRecords, from first: UInt64) {
    if let known = knownTree, known.begin == 0, first < known.end {
      // The block that holds the known end is hashed from there.
      if first + UInt64(records.count) < known.end { return }
      tree = known
    }
    records.forEach { index, record in
      if first + UInt64(index) == tree.end { tree.append(MerkleTree.leaf(record)) }
    }
  }
}
