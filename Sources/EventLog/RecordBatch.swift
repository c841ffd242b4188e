/// Records to be appended together, in flat memory that is reused.
///
/// The bytes are already in the form of a block's payload, each record behind its length, so
/// that a block is compressed straight from here.
package struct RecordBatch: Sendable {
  @usableFromInline
  package struct Entry: Sendable {
    /// Offset of the record's length prefix in `bytes`.
    let start: Int
    let recorded: Int64
    let happened: Int64
    let summary: UInt64
    let joinsPrevious: Bool

    @usableFromInline
    package init(start: Int, recorded: Int64, happened: Int64, summary: UInt64, joinsPrevious: Bool)
    {
      self.start = start
      self.recorded = recorded
      self.happened = happened
      self.summary = summary
      self.joinsPrevious = joinsPrevious
    }
  }

  @usableFromInline package var bytes: [UInt8] = []
  @usableFromInline package var entries: [Entry] = []
  /// Bytes of the first record that was too long. The batch is refused as a whole then.
  @usableFromInline package var oversized: Int?

  @usableFromInline package static let prefixSize = LogFormat.recordPrefixSize
  @usableFromInline package static let maxLength = LogFormat.maxRecordLength

  package init() {}

  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }
  /// Bytes of the records and their prefixes.
  package var byteCount: Int { bytes.count }

  /// Empties the batch and keeps its memory.
  package mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    oversized = nil
  }

  /// Adds one record.
  ///
  /// - Parameters:
  ///   - recorded: µs since 1970 UTC; never less than the record's before.
  ///   - happened: µs since 1970 UTC.
  ///   - summary: bits that a reader may filter blocks by; a block has the union of its records'.
  ///   - joinsPrevious: the record stands or falls with the one before it.
  ///   - encode: appends the record's bytes. If it throws, the batch is as before.
  @inlinable
  package mutating func append<E: Error>(
    recorded: Int64, happened: Int64, summary: UInt64, joinsPrevious: Bool = false,
    _ encode: (inout [UInt8]) throws(E) -> Void
  ) throws(E) {
    let start = bytes.count
    bytes.append(0)
    bytes.append(0)
    do {
      try encode(&bytes)
    } catch {
      bytes.removeSubrange(start...)
      throw error
    }
    let length = bytes.count - start - Self.prefixSize
    precondition(length >= 0, "a record's encoder removed bytes")
    if length > Self.maxLength, oversized == nil { oversized = length }
    bytes[start] = UInt8(truncatingIfNeeded: length)
    bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    entries.append(
      Entry(
        start: start, recorded: recorded, happened: happened, summary: summary,
        joinsPrevious: joinsPrevious))
  }

  /// Offset in `bytes` where the entry ends.
  func end(of index: Int) -> Int {
    index + 1 < entries.count ? entries[index + 1].start : bytes.count
  }

  /// Calls `body` with a range of `bytes`.
  func withBytes<E: Error>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    let raw = bytes.span.bytes
    try raw.withUnsafeBytes { buffer throws(E) in
      try body(UnsafeRawBufferPointer(rebasing: buffer[range]))
    }
  }

  /// The header of a block with these entries, but for what its encoder decides.
  func header(of run: Range<Int>, firstSequence: UInt64) -> BlockHeader {
    let first = entries[run.lowerBound]
    var header = BlockHeader(
      codec: .raw, isStop: false, firstSequence: firstSequence, count: UInt32(run.count),
      rawLength: 0, storedLength: 0, payloadChecksum: 0, firstRecorded: first.recorded,
      lastRecorded: entries[run.upperBound - 1].recorded, minHappened: first.happened,
      maxHappened: first.happened, summary: 0)
    for entry in entries[run] {
      header.minHappened = min(header.minHappened, entry.happened)
      header.maxHappened = max(header.maxHappened, entry.happened)
      header.summary |= entry.summary
    }
    return header
  }
}
