import Transparency

/// The segment that is being appended to.
struct ActiveSegment: Sendable {
  let file: DiskFile
  private(set) var header: SegmentHeader
  /// Where the next block goes.
  var offset: UInt64

  init(file: DiskFile, header: SegmentHeader, offset: UInt64) {
    self.file = file
    self.header = header
    self.offset = offset
  }

  /// A crash can leave a segment that was begun for a block that never came. Its header says when
  /// its first record was recorded; that is made true before the block that does come is written.
  mutating func retime(to firstRecorded: Int64, _ disk: any Disk) throws(DiskError) {
    guard header.firstSequence > 0, offset == UInt64(SegmentHeader.size),
      header.created != firstRecorded
    else { return }
    header.created = firstRecorded
    try disk.write(file, at: 0, header.encode())
    try disk.syncData(file)
  }
}

/// Begins a segment: a spare gets a header, is synced, and only then its name, so that a file
/// with a segment's name always has a header.
struct SegmentStart {
  struct Failure: Error {
    let error: DiskError
    /// The directory is as before.
    let isUndone: Bool
  }

  let directory: String
  let disk: any Disk
  let logID: [UInt8]

  /// - Parameters:
  ///   - spares: has at least one.
  ///   - tree: the tree before the segment.
  ///   - created: µs since 1970 UTC.
  func begin(
    _ spares: SpareSegments, _ tree: CompactRange, created: Int64
  ) throws(Failure) -> ActiveSegment {
    guard let spare = spares.take() else { preconditionFailure("no spare was reserved") }
    let header = SegmentHeader(
      isSealed: false, logID: logID,
      checksum: SaltedChecksum(salt: UInt64.random(in: UInt64.min...UInt64.max)),
      firstSequence: tree.end, capacity: spare.size, root: tree.root(), created: created)
    let path = "\(directory)/\(spare.name)"
    let file: DiskFile
    do {
      file = try disk.open(path, .readWrite)
    } catch {
      throw Failure(error: error, isUndone: true)
    }
    do throws(DiskError) {
      try disk.write(file, at: 0, header.encode())
      try disk.sync(file)
      try disk.rename(path, to: "\(directory)/\(SegmentName.of(tree.end))")
    } catch {
      disk.close(file)
      // A full disk must not cost the reserve: the header is simply written again.
      if error.isDiskFull { spares.giveBack(spare) } else { disk.discard(path) }
      throw Failure(error: error, isUndone: true)
    }
    do {
      try disk.syncDirectory(directory)
    } catch {
      disk.close(file)
      throw Failure(error: error, isUndone: false)
    }
    return ActiveSegment(file: file, header: header, offset: UInt64(SegmentHeader.size))
  }
}
