package import Transparency

/// The one writer of a log: makes records durable, in order, one block after the other.
///
/// The caller holds the `DirectoryLock`. Not for two threads at once; the type's owner is the
/// writer's thread.
package struct LogWriter: ~Copyable, Sendable {
  /// What opening found and put right.
  package let recovery: RecoveryReport
  /// The tree of all durable records.
  package private(set) var tree: CompactRange
  /// Recorded time of the last record, µs since 1970 UTC; `Int64.min` in an empty log.
  package private(set) var lastRecorded: Int64
  /// The identity of the log, 16 bytes.
  package let logID: [UInt8]

  private let directory: String
  private let disk: any Disk
  private let options: LogOptions
  private let spares: SpareSegments
  private let published: DurableSize?
  private var encoder = BlockEncoder()
  private var active: ActiveSegment?
  /// The last block has the stop flag, and nothing follows it.
  private var endsStopped: Bool
  private var hasFailed = false

  /// Durable records.
  package var size: UInt64 { tree.end }

  /// Why the next segment is not prepared yet, or nil. Appending goes on while the active one has
  /// room; a full disk shows here first.
  package var spareProblem: LogError? { spares.problem }

  /// A write failed: all work is refused until the log is opened again.
  package var hasStopped: Bool { hasFailed }

  /// Makes the first segment of a new log in `directory`, which is there, and the spare.
  ///
  /// - Parameters:
  ///   - logID: 16 random bytes.
  ///   - created: µs since 1970 UTC.
  package static func create(
    directory: String, logID: [UInt8], created: Int64 = 0, options: LogOptions = LogOptions(),
    disk: any Disk = PosixDisk()
  ) throws(LogError) {
    let names = try LogInspection.list(directory, disk)
    guard !names.contains(where: { SegmentName.firstSequence(of: $0) != nil }) else {
      throw .alreadyExists(directory: directory)
    }
    var inlineOptions = options
    inlineOptions.sparePreparation = .inline
    let spares = SpareSegments(directory, disk, inlineOptions)
    try spares.adopt(names)
    let start = SegmentStart(directory: directory, disk: disk, logID: logID)
    try spares.reserve(1, size: 0)
    do {
      let active = try start.begin(spares, CompactRange(begin: 0), created: created)
      disk.close(active.file)
    } catch {
      throw error.error.isDiskFull ? .diskFull(error.error) : .io(error.error)
    }
    spares.prepare()
  }

  /// Opens a log for writing, after recovering it as `schemas/log-format.md` says.
  ///
  /// - Parameters:
  ///   - signedSize: records of the last signed checkpoint; a log that ends before is refused.
  ///   - durableSizePath: where the durable size is published for readers.
  ///   - knownTree: the tree at some size, if the caller has it from a source it trusts, such as
  ///     a signed snapshot; it saves hashing the records before.
  package init(
    opening directory: String, signedSize: UInt64, durableSizePath: String? = nil,
    knownTree: CompactRange? = nil, options: LogOptions = LogOptions(),
    disk: any Disk = PosixDisk()
  ) throws(LogError) {
    var found = try LogInspection(
      directory, disk, checksSealedBlocks: options.checksSealedBlocks, knownTree: knownTree)
    if found.tree.end != found.size {
      found = try LogInspection(
        directory, disk, checksSealedBlocks: options.checksSealedBlocks, knownTree: nil)
    }
    guard found.size >= signedSize else { throw .loss(signedSize: signedSize, size: found.size) }
    guard let last = found.segments.last else { throw .noLog(directory: directory) }

    let repair = Repair(directory: directory, disk: disk)
    let report = try repair.apply(found)
    let spares = SpareSegments(directory, disk, options)
    try spares.adopt(try LogInspection.list(directory, disk))
    spares.prepare()
    let published = try durableSizePath.map { path throws(LogError) in
      try DurableSize(writing: path)
    }
    if !last.header.isSealed {
      do {
        let file = try disk.open("\(directory)/\(last.name)", .readWrite)
        active = ActiveSegment(file: file, header: last.header, offset: last.end)
      } catch {
        throw .io(error)
      }
    }
    self.directory = directory
    self.disk = disk
    self.options = options
    self.spares = spares
    self.published = published
    recovery = report
    tree = found.tree
    lastRecorded = found.lastRecorded
    logID = last.header.logID
    endsStopped = found.report.isCleanStop
    published?.publish(tree.end)
  }

  deinit {
    spares.settle()
    if let active { disk.close(active.file) }
  }

  /// Closes the files. Every acknowledged record is durable already.
  package consuming func close() {}

  /// Makes the batch durable and returns the log's size with it.
  ///
  /// Groups (a record and those that join it) stand or fall whole; a batch beyond a block's
  /// limits is several blocks, of which a crash may keep the first. An empty batch does nothing.
  ///
  /// - Parameter stopping: this is the last batch of a clean stop.
  package mutating func append(
    _ batch: borrowing RecordBatch, stopping: Bool = false
  ) throws(LogError) -> UInt64 {
    guard !hasFailed else { throw .writerStopped }
    guard !batch.isEmpty else { return size }
    try check(batch)
    let runs = try BatchCut(batch, rawTarget: options.blockRawTarget).runs()
    try encode(batch, runs, stopping: stopping)
    try reserveSegments()
    var hasBegunSegment = false
    for (index, run) in runs.enumerated() {
      let block = encoder.blocks[index]
      hasBegunSegment = try makeRoom(for: block, afterOthers: index > 0) || hasBegunSegment
      try write(block)
      hash(batch, run)
      lastRecorded = block.header.lastRecorded
      endsStopped = block.header.isStop
      published?.publish(tree.end)
    }
    if hasBegunSegment { spares.prepare() }
    return size
  }

  private func check(_ batch: borrowing RecordBatch) throws(LogError) {
    if let length = batch.oversized {
      throw .batchRefused(
        reason: "a record of \(length) bytes, expected at most \(LogFormat.maxRecordLength)")
    }
    var last = lastRecorded
    for entry in batch.entries {
      guard entry.recorded >= last else {
        throw .batchRefused(
          reason: "recorded time \(entry.recorded), expected at least \(last)")
      }
      last = entry.recorded
    }
  }

  private mutating func encode(
    _ batch: borrowing RecordBatch, _ runs: [Range<Int>], stopping: Bool
  ) throws(LogError) {
    encoder.removeAll()
    var sequence = size
    for run in runs {
      var draft = batch.header(of: run, firstSequence: sequence)
      draft.isStop = stopping && run.upperBound == batch.count
      let range = batch.entries[run.lowerBound].start..<batch.end(of: run.upperBound - 1)
      try batch.withBytes(range) { raw throws(LogError) in try encoder.append(raw, draft) }
      sequence += UInt64(run.count)
    }
  }

  /// Makes sure that every segment the encoded blocks need can be begun, before one is written.
  private func reserveSegments() throws(LogError) {
    var offset = active?.offset ?? 0
    var capacity = active?.header.capacity ?? 0
    var needed = 0
    var largest = 0
    var resumes = endsStopped
    for block in encoder.blocks {
      largest = max(largest, block.range.count)
      var start = offset
      if resumes { start = ResumeMark.offset(after: offset) + UInt64(ResumeMark.size) }
      if active == nil && needed == 0 || start + UInt64(block.range.count) > capacity {
        needed += 1
        start = UInt64(SegmentHeader.size)
        capacity = options.capacity(fitting: block.range.count)
      }
      resumes = false
      offset = start + UInt64(block.range.count)
    }
    guard needed > 0 else { return }
    try spares.reserve(needed, size: options.capacity(fitting: largest))
  }

  /// Sees to it that the block fits behind the last one, where appending is allowed: writes the
  /// resume mark after a clean stop, or begins a segment. True if it began one.
  ///
  /// - Parameter afterOthers: blocks of the same batch are durable already.
  private mutating func makeRoom(
    for block: BlockEncoder.Block, afterOthers: Bool
  ) throws(LogError) -> Bool {
    let length = UInt64(block.range.count)
    if let segment = active {
      let mark = ResumeMark.offset(after: segment.offset)
      let start = endsStopped ? mark + UInt64(ResumeMark.size) : segment.offset
      if start + length <= segment.header.capacity {
        if endsStopped { try writeResumeMark(segment, at: mark) }
        active?.offset = start
        do { try active?.retime(to: block.header.firstRecorded, disk) } catch {
          hasFailed = true
          throw .outcomeUnknown(error)
        }
        return false
      }
    }
    let start = SegmentStart(directory: directory, disk: disk, logID: logID)
    do {
      let segment = try start.begin(spares, tree, created: block.header.firstRecorded)
      if let full = active { disk.close(full.file) }
      active = segment
    } catch {
      // Once a block of the batch is durable, or the new segment's name may be, the batch can
      // no longer be said not to have happened.
      if afterOthers || !error.isUndone {
        hasFailed = true
        throw .outcomeUnknown(error.error)
      }
      throw error.error.isDiskFull ? .diskFull(error.error) : .io(error.error)
    }
    return true
  }

  private mutating func writeResumeMark(
    _ segment: ActiveSegment, at offset: UInt64
  ) throws(LogError) {
    do {
      try disk.write(segment.file, at: offset, ResumeMark.encode(size, segment.header.checksum))
      try disk.syncData(segment.file)
    } catch {
      hasFailed = true
      throw .outcomeUnknown(error)
    }
    endsStopped = false
  }

  /// One write, one fdatasync. A failure of either is never retried: after a failed fdatasync the
  /// kernel may have dropped the pages and would report success the second time.
  private mutating func write(_ block: BlockEncoder.Block) throws(LogError) {
    guard let segment = active else { preconditionFailure("no segment after makeRoom") }
    let bytes = encoder.seal(block, segment.header.checksum)
    do {
      try disk.write(segment.file, at: segment.offset, bytes)
      try disk.syncData(segment.file)
    } catch {
      hasFailed = true
      throw .outcomeUnknown(error)
    }
    active?.offset = segment.offset + UInt64(bytes.count)
  }

  private mutating func hash(_ batch: borrowing RecordBatch, _ run: Range<Int>) {
    for index in run {
      let start = batch.entries[index].start + LogFormat.recordPrefixSize
      batch.withBytes(start..<batch.end(of: index)) { tree.append(MerkleTree.leaf($0)) }
    }
  }
}
