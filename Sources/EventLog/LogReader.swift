import Transparency

/// Reads a log without any lock, beside a writer or without one.
///
/// Beside a writer it stops at the durable size that the writer published. Without one it applies
/// the rules of recovery in memory: a torn tail is passed over, damage matters where it is read.
/// Every read opens its segments anew by sequence, so a segment that is replaced by its sealed
/// form meanwhile disturbs nothing.
package struct LogReader: Sendable {
  package struct Segment: Hashable, Sendable {
    package let name: String
    package let firstSequence: UInt64
    /// Readable records.
    package let count: UInt64
    package let isSealed: Bool
    /// Bytes of the file.
    package let byteCount: UInt64
    /// Bytes of the file before it is sealed.
    package let capacity: UInt64

    var nextSequence: UInt64 { firstSequence + count }
  }

  /// Readable records.
  package private(set) var size: UInt64 = 0
  /// The identity of the log, 16 bytes.
  package private(set) var logID: [UInt8] = []
  package private(set) var segments: [Segment] = []
  /// The torn block that was passed over; nil beside a writer.
  package private(set) var tornTail: RecoveryReport.TornTail?
  /// The damage that ends what is readable; nil beside a writer.
  package private(set) var problem: Problem?

  private let directory: String
  private let disk: any Disk
  private let durable: DurableSize?
  private let places = BlockPlaces()
  /// What is known of sealed segments, which never change.
  private var sealed: [String: (header: SegmentHeader, byteCount: UInt64)] = [:]

  /// - Parameter durableSizePath: the writer's published size, if `DirectoryLock.holder` says
  ///   that there is a writer; nil if there is none.
  package init(
    directory: String, durableSizePath: String? = nil, disk: any Disk = PosixDisk()
  ) throws(LogError) {
    self.directory = directory
    self.disk = disk
    durable = try durableSizePath.map { path throws(LogError) in
      try DurableSize(reading: path)
    }
    try refresh()
  }

  /// Looks again at what is there, and moves `size` on.
  package mutating func refresh() throws(LogError) {
    // Taken before the directory is listed: every segment it needs is there by then.
    let limit = durable?.value
    var headers: [(header: SegmentHeader, byteCount: UInt64)] = []
    for name in try LogInspection.list(directory, disk) {
      guard SegmentName.firstSequence(of: name) != nil else { continue }
      if let known = sealed[name] {
        headers.append(known)
        continue
      }
      var file = try LogFile(disk, directory, name)
      // A crash may leave a last segment without a header; it holds no record.
      guard let header = try headers.isEmpty ? file.header() : file.headerUnlessEmpty() else {
        continue
      }
      if header.isSealed { sealed[name] = (header, file.size) }
      headers.append((header, file.size))
    }
    guard let first = headers.first?.header, let last = headers.last else {
      throw .noLog(directory: directory)
    }
    var end = limit ?? 0
    tornTail = nil
    problem = nil
    if limit == nil { end = try findEnd(last.header) }
    segments = headers.enumerated().map { index, found in
      let start = found.header.firstSequence
      let next = index + 1 < headers.count ? headers[index + 1].header.firstSequence : end
      return Segment(
        name: SegmentName.of(start), firstSequence: start,
        count: max(start, min(next, end)) - start, isSealed: found.header.isSealed,
        byteCount: found.byteCount, capacity: found.header.capacity)
    }
    logID = first.logID
    size = end
  }

  /// The sequence after the last readable record of the last segment.
  private mutating func findEnd(_ header: SegmentHeader) throws(LogError) -> UInt64 {
    var scan = try BlockScan(disk, directory, SegmentName.of(header.firstSequence))
    if let footer = scan.footer { return footer.treeAfter.end }
    do {
      while let block = try scan.peek(), try scan.isIntact(block) { scan.skip(block) }
      switch try scan.judgeTail() {
      case .clean: break
      case .corrupt(let found): problem = found
      case .torn(let range):
        tornTail = RecoveryReport.TornTail(
          file: scan.name, offset: range.lowerBound, length: range.upperBound - range.lowerBound,
          sequence: scan.next)
      }
    } catch .corrupt(let found) {
      problem = found
    }
    return scan.next
  }

  /// Calls `body` with the records [from, to), in order. The bytes are valid during the call.
  ///
  /// - Parameters:
  ///   - filter: false skips a whole block without decoding it.
  ///   - body: what it throws ends the reading and is thrown on; errors of the log are `LogError`.
  package func forEach(
    from: UInt64 = 0, to: UInt64? = nil, where filter: ((BlockInfo) -> Bool)? = nil,
    _ body: (_ sequence: UInt64, _ record: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let end = to ?? size
    guard from <= end, end <= size else { throw LogError.noSuchSequence(end, size: size) }
    var next = from
    while next < end {
      guard let segment = segments.last(where: { $0.firstSequence <= next }),
        next < segment.nextSequence
      else { throw LogError.corrupt(missing(next)) }
      let stop = min(end, segment.nextSequence)
      try read(segment, next..<stop, filter, body)
      next = stop
    }
  }

  private func missing(_ sequence: UInt64) -> Problem {
    Problem(
      file: SegmentName.of(sequence), offset: 0, sequence: sequence,
      problem: "no segment has this record, expected records up to \(size)")
  }

  private func read(
    _ segment: Segment, _ range: Range<UInt64>, _ filter: ((BlockInfo) -> Bool)?,
    _ body: (UInt64, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var scan = try BlockScan(disk, directory, segment.name)
    if let entry = scan.footer?.blocks.last(where: { $0.firstSequence <= range.lowerBound }) {
      scan.jump(to: entry.firstSequence, at: entry.offset)
    } else if scan.footer == nil {
      places.advance(&scan, to: range.lowerBound)
    }
    var last: BlockInfo?
    while scan.next < range.upperBound {
      guard let block = try scan.peek() else {
        throw scan.problem("no undamaged block, expected sequence \(scan.next)")
      }
      let isWanted = block.nextSequence > range.lowerBound
      if isWanted, filter?(BlockInfo(block, at: scan.offset)) ?? true {
        guard let records = try scan.records(of: block) else {
          throw scan.problem("damaged payload, expected checksum \(block.payloadChecksum)")
        }
        try records.forEach { index, record in
          let sequence = block.firstSequence + UInt64(index)
          if range.contains(sequence) { try body(sequence, record) }
        }
      }
      last = BlockInfo(block, at: scan.offset)
      scan.skip(block)
    }
    if scan.footer == nil, let last { places.note(last, in: scan) }
  }

  /// The bytes of one record.
  package func record(at sequence: UInt64) throws -> [UInt8] {
    guard sequence < size else { throw LogError.noSuchSequence(sequence, size: size) }
    var bytes: [UInt8] = []
    try forEach(from: sequence, to: sequence + 1) { bytes = [UInt8]($1) }
    return bytes
  }
}
