import CLZ4

/// Turns the stored payload of a block back into its records, in reused memory.
struct BlockDecoder: ~Copyable, Sendable {
  private var memory = ByteBuffer()

  /// The block's records behind their prefixes, valid until the next call; nil if the payload is
  /// damaged.
  ///
  /// - Parameter payload: the stored form and the end mark.
  mutating func records(
    of header: BlockHeader, _ payload: UnsafeRawBufferPointer, _ checksum: SaltedChecksum
  ) -> BlockRecords? {
    let stored = Int(header.storedLength)
    guard payload.count == stored + LogFormat.endMarkSize,
      payload[stored] == LogFormat.endMark, checksum.of(payload) == header.payloadChecksum
    else { return nil }
    let rawLength = Int(header.rawLength)
    switch header.codec {
    case .raw:
      let raw = UnsafeRawBufferPointer(rebasing: payload[..<stored])
      return BlockRecords(raw, count: Int(header.count))
    case .lz4:
      // One byte more than needed: LZ4 refuses an output without an address.
      let raw = memory.bytes(rawLength + 1)
      let length = LZ4_decompress_safe(
        payload.baseAddress, raw.baseAddress, Int32(stored), Int32(rawLength))
      guard length == rawLength else { return nil }
      return BlockRecords(
        UnsafeRawBufferPointer(rebasing: raw[..<rawLength]), count: Int(header.count))
    }
  }
}

/// The records of one block: a view of memory that somebody else owns, checked once so that
/// walking it cannot fail.
struct BlockRecords {
  /// The records behind their prefixes.
  let raw: UnsafeRawBufferPointer
  let count: Int

  /// Nil unless `raw` is exactly `count` records.
  init?(_ raw: UnsafeRawBufferPointer, count: Int) {
    var position = 0
    for _ in 0..<count {
      guard position + LogFormat.recordPrefixSize <= raw.count else { return nil }
      position += LogFormat.recordPrefixSize + Self.length(raw, position)
    }
    guard position == raw.count else { return nil }
    self.raw = raw
    self.count = count
  }

  /// Calls `body` with each record's index and bytes.
  func forEach<E: Error>(
    _ body: (Int, UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) {
    var position = 0
    for index in 0..<count {
      let start = position + LogFormat.recordPrefixSize
      position = start + Self.length(raw, position)
      try body(index, UnsafeRawBufferPointer(rebasing: raw[start..<position]))
    }
  }

  private static func length(_ raw: UnsafeRawBufferPointer, _ position: Int) -> Int {
    Int(UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
  }
}
