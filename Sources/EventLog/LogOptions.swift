/// How a log is written.
package struct LogOptions: Sendable {
  /// Where the next segment is prepared after one was begun.
  package enum SparePreparation: Sendable {
    /// On a background thread; the append that begins a segment does not wait.
    case background
    /// Before `append` returns.
    case inline
  }

  /// Bytes of a segment before it is sealed, rounded up to whole sectors. A block that is larger
  /// gets a segment of its own size.
  package var segmentCapacity: Int
  package var sparePreparation: SparePreparation
  /// Check the checksum of every block of sealed segments when opening: about 0.3 s a GiB where
  /// the files are cached. Without it, of sealed segments only header and footer are checked, and
  /// the rest is left to `LogVerifier`.
  package var checksSealedBlocks: Bool

  package init(
    segmentCapacity: Int = LogFormat.defaultSegmentCapacity,
    sparePreparation: SparePreparation = .background, checksSealedBlocks: Bool = true
  ) {
    precondition(
      segmentCapacity >= LogFormat.minSegmentCapacity, "a segment has at least 64 KiB")
    self.segmentCapacity = segmentCapacity
    self.sparePreparation = sparePreparation
    self.checksSealedBlocks = checksSealedBlocks
  }

  /// Bytes of a segment that has room for one block of `blockSize` bytes, or for more.
  func capacity(fitting blockSize: Int = 0) -> UInt64 {
    let bytes = max(segmentCapacity, SegmentHeader.size + blockSize)
    let sector = LogFormat.sectorSize
    return UInt64((bytes + sector - 1) / sector * sector)
  }

  /// Bytes of records at which a batch is cut into blocks: a small segment gets several blocks,
  /// so that it is not outgrown by its first.
  var blockRawTarget: Int {
    min(LogFormat.maxBlockRawLength, (segmentCapacity - SegmentHeader.size) / 4 * 3)
  }
}
