/// What follows the last good block of a segment that was being written.
enum TailVerdict: Hashable, Sendable {
  /// Zeros only.
  case clean
  /// A block that was being written when the power went: the bytes of this range.
  case torn(Range<UInt64>)
  case corrupt(Problem)
}

/// Tells a torn block from damage. The fault model: a sector is old or new, never garbage, and
/// unsynced sectors may reach the disk in any order. One block at a time is under way, and each
/// of its sectors has a byte that is not zero; so a torn block has a sector that is all zero, and
/// nothing follows it.
struct TailJudge {
  let file: String
  /// Where the good blocks end.
  let offset: UInt64
  let fileSize: UInt64
  /// The sequence that would come.
  let next: UInt64
  let checksum: SaltedChecksum
  /// The last good block has the stop flag.
  let isStopped: Bool

  /// - Parameter tail: from `offset` to the last byte of the file that is not zero.
  func judge(_ tail: UnsafeRawBufferPointer) -> TailVerdict {
    guard let first = tail.firstNonZero else { return .clean }
    if isStopped {
      return corrupt(
        at: first, "a byte that is not zero, expected only zeros after the writer stopped cleanly")
    }
    if let later = findBlock(tail, from: 1) {
      return corrupt(
        at: 0,
        "damaged block, expected sequence \(next): an undamaged block with sequence"
          + " \(later.sequence) follows at offset \(offset + UInt64(later.position))")
    }
    let extent: Int
    switch BlockHeader.decode(tail, checksum) {
    case .header(let block):
      guard block.firstSequence == next else {
        return corrupt(
          at: 0, "block begins with sequence \(block.firstSequence), expected \(next)")
      }
      extent = block.blockSize
      if tail.count > extent {
        return corrupt(
          at: extent, "a byte that is not zero behind a damaged block, expected only zeros")
      }
    case .none: extent = max(tail.count, BlockHeader.size)
    case .invalid(let text): return corrupt(at: 0, text)
    }
    guard extent <= LogFormat.maxBlockSize, offset + UInt64(extent) <= fileSize else {
      return corrupt(
        at: tail.count - 1,
        "a byte that is not zero, farther from the last good block than any"
          + " block reaches")
    }
    guard hasUnwrittenSector(tail, extent) else {
      return corrupt(
        at: 0, "damaged block, expected sequence \(next); it was written completely")
    }
    return .torn(offset..<(offset + UInt64(tail.count)))
  }

  private func corrupt(at position: Int, _ text: String) -> TailVerdict {
    .corrupt(
      Problem(file: file, offset: offset + UInt64(position), sequence: next, problem: text))
  }

  /// True if some sector of the file, clipped to the first `extent` bytes, is all zero. Bytes
  /// behind the tail are zero.
  private func hasUnwrittenSector(_ tail: UnsafeRawBufferPointer, _ extent: Int) -> Bool {
    let sector = LogFormat.sectorSize
    var start = 0
    while start < extent {
      let toNextSector = sector - Int((offset + UInt64(start)) % UInt64(sector))
      let end = min(start + toNextSector, extent)
      let present = min(start, tail.count)..<min(end, tail.count)
      if UnsafeRawBufferPointer(rebasing: tail[present]).isAllZero { return true }
      start = end
    }
    return false
  }

  /// The first undamaged block header with the expected sequence or a later one.
  func findBlock(
    _ tail: UnsafeRawBufferPointer, from start: Int
  ) -> (position: Int, sequence: UInt64)? {
    var position = start
    while let found = tail.firstIndex(ofBlockMagicFrom: position) {
      let rest = UnsafeRawBufferPointer(rebasing: tail[found...])
      if case .header(let block) = BlockHeader.decode(rest, checksum), block.firstSequence >= next {
        return (found, block.firstSequence)
      }
      position = found + 1
    }
    return nil
  }
}
