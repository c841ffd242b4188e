/// The changes that recovery makes, once it is known that it refuses nothing.
struct Repair {
  let directory: String
  let disk: any Disk

  /// Puts right what was found, and returns the report with what was done.
  func apply(_ found: LogInspection) throws(LogError) -> RecoveryReport {
    let report = found.report
    var done = report
    do throws(DiskError) {
      if let torn = report.tornTail { done.tornTail?.savedAs = try cut(torn) }
      for name in report.sealingLeftovers { try disk.removeIfThere("\(directory)/\(name)") }
      if let name = report.abandonedSegment { try reuse(name) }
      if let last = found.segments.last, !last.header.isSealed { try rewriteEnd(last) }
      // A name that can be seen may have been given just before an fsync of the directory failed.
      try disk.syncDirectory(directory)
    } catch {
      throw .io(error)
    }
    return done
  }

  /// Keeps a copy of the torn bytes, and makes them zero.
  private func cut(_ torn: RecoveryReport.TornTail) throws(DiskError) -> String {
    let names = try disk.list(directory)
    var number = 0
    while names.contains(SegmentName.torn(torn.file, number)) { number += 1 }
    let copy = SegmentName.torn(torn.file, number)
    try disk.with("\(directory)/\(torn.file)", .readWrite) { file throws(DiskError) in
      var bytes = ByteBuffer()
      let tail = bytes.bytes(Int(torn.length))
      let count = try disk.read(file, at: torn.offset, into: tail)
      try disk.makeFile(directory, copy, [UInt8](tail[..<count]))
      try disk.writeZeros(file, torn.offset..<(torn.offset + torn.length))
      try disk.sync(file)
    }
    return copy
  }

  /// Writes the last block once more, and zeros as far behind it as any block reaches.
  ///
  /// If an fdatasync failed before, the kernel may show bytes that never reached the disk, and
  /// will not write them again by itself. No earlier block is concerned: each was synced before
  /// the next was written.
  private func rewriteEnd(_ segment: LogInspection.Segment) throws(DiskError) {
    let reach = min(segment.header.capacity, segment.end + UInt64(LogFormat.maxBlockSize))
    try disk.with("\(directory)/\(segment.name)", .readWrite) { file throws(DiskError) in
      var memory = ByteBuffer()
      let bytes = memory.bytes(Int(reach - segment.lastBlock))
      let count = try disk.read(file, at: segment.lastBlock, into: bytes)
      try disk.write(
        file, at: segment.lastBlock, UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      try disk.sync(file)
    }
  }

  /// A segment that was never begun becomes the spare again, or goes.
  private func reuse(_ name: String) throws(DiskError) {
    let path = "\(directory)/\(name)"
    if try disk.list(directory).contains(SegmentName.spare) {
      try disk.removeIfThere(path)
    } else {
      try disk.rename(path, to: "\(directory)/\(SegmentName.spare)")
    }
  }
}
