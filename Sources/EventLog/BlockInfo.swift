/// What a reader can know of a block without decoding it.
package struct BlockInfo: Hashable, Sendable {
  package let firstSequence: UInt64
  /// Records.
  package let count: UInt32
  /// Bytes from the beginning of the file.
  let offset: UInt64
  /// Recorded times of the first and the last record; µs since 1970 UTC.
  package let firstRecorded: Int64
  package let lastRecorded: Int64
  /// Least and greatest of the times at which the records happened; µs since 1970 UTC.
  package let minHappened: Int64
  package let maxHappened: Int64
  /// The union of the records' summaries.
  package let summary: UInt64

  init(
    firstSequence: UInt64, count: UInt32, offset: UInt64, firstRecorded: Int64,
    lastRecorded: Int64, minHappened: Int64, maxHappened: Int64, summary: UInt64
  ) {
    self.firstSequence = firstSequence
    self.count = count
    self.offset = offset
    self.firstRecorded = firstRecorded
    self.lastRecorded = lastRecorded
    self.minHappened = minHappened
    self.maxHappened = maxHappened
    self.summary = summary
  }

  init(_ header: BlockHeader, at offset: UInt64) {
    self.init(
      firstSequence: header.firstSequence, count: header.count, offset: offset,
      firstRecorded: header.firstRecorded, lastRecorded: header.lastRecorded,
      minHappened: header.minHappened, maxHappened: header.maxHappened, summary: header.summary)
  }
}
