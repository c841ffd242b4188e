/// How a block's payload is stored.
enum BlockCodec: UInt8, Sendable {
  case raw = 0
  case lz4 = 1
}

/// The first bytes of a block: all that is needed to skip it, and to check the rest.
struct BlockHeader: Hashable, Sendable {
  var codec: BlockCodec
  /// The writer stopped cleanly after this block.
  var isStop: Bool
  var firstSequence: UInt64
  /// Records.
  var count: UInt32
  /// Bytes of the records and their prefixes.
  var rawLength: UInt32
  /// Bytes of their stored form, without the end mark.
  var storedLength: UInt32
  /// Of the stored form and the end mark.
  var payloadChecksum: UInt32
  /// Recorded times of the first and the last record; µs since 1970 UTC, as all times here.
  var firstRecorded: Int64
  var lastRecorded: Int64
  /// Least and greatest of the times at which the records happened.
  var minHappened: Int64
  var maxHappened: Int64
  /// The union of the records' summaries.
  var summary: UInt64

  private enum Layout {
    static let magic = Field.first(4)
    static let version = magic.next(2)
    static let codec = version.next(1)
    static let flags = codec.next(1)
    static let firstSequence = flags.next(8)
    static let count = firstSequence.next(4)
    static let rawLength = count.next(4)
    static let storedLength = rawLength.next(4)
    static let payloadChecksum = storedLength.next(4)
    static let firstRecorded = payloadChecksum.next(8)
    static let lastRecorded = firstRecorded.next(8)
    static let minHappened = lastRecorded.next(8)
    static let maxHappened = minHappened.next(8)
    static let summary = maxHappened.next(8)
    static let checksum = summary.next(4)
  }

  private static let stopFlag: UInt8 = 1

  /// Bytes.
  static let size = Layout.checksum.end

  /// Bytes of the whole block.
  var blockSize: Int { Self.size + Int(storedLength) + LogFormat.endMarkSize }
  /// The sequence after the block's last.
  var nextSequence: UInt64 { firstSequence + UInt64(count) }

  func encode(into bytes: UnsafeMutableRawBufferPointer, _ checksum: SaltedChecksum) {
    bytes.store(LogFormat.blockMagic, in: Layout.magic)
    bytes.store(LogFormat.version, in: Layout.version)
    bytes.store(codec.rawValue, in: Layout.codec)
    bytes.store(isStop ? Self.stopFlag : 0, in: Layout.flags)
    bytes.store(firstSequence, in: Layout.firstSequence)
    bytes.store(count, in: Layout.count)
    bytes.store(rawLength, in: Layout.rawLength)
    bytes.store(storedLength, in: Layout.storedLength)
    bytes.store(payloadChecksum, in: Layout.payloadChecksum)
    bytes.store(firstRecorded, in: Layout.firstRecorded)
    bytes.store(lastRecorded, in: Layout.lastRecorded)
    bytes.store(minHappened, in: Layout.minHappened)
    bytes.store(maxHappened, in: Layout.maxHappened)
    bytes.store(summary, in: Layout.summary)
    let covered = UnsafeRawBufferPointer(rebasing: bytes[..<Layout.checksum.offset])
    bytes.store(checksum.of(covered), in: Layout.checksum)
  }

  /// What the bytes at some offset are.
  enum Decoded {
    case header(BlockHeader)
    /// No header, or a damaged one.
    case none
    /// An undamaged header that no writer of this version makes.
    case invalid(String)
  }

  /// Decodes the first `size` bytes of `bytes`.
  static func decode(_ bytes: UnsafeRawBufferPointer, _ checksum: SaltedChecksum) -> Decoded {
    guard bytes.count >= size, bytes.hasBytes(LogFormat.blockMagic, in: Layout.magic) else {
      return .none
    }
    let covered = UnsafeRawBufferPointer(rebasing: bytes[..<Layout.checksum.offset])
    guard bytes.integer(Layout.checksum) == checksum.of(covered) else { return .none }
    let version: UInt16 = bytes.integer(Layout.version)
    guard version == LogFormat.version else {
      return .invalid("block of version \(version), expected \(LogFormat.version)")
    }
    let flags: UInt8 = bytes.integer(Layout.flags)
    guard flags & ~stopFlag == 0 else { return .invalid("unknown flags \(flags)") }
    let number: UInt8 = bytes.integer(Layout.codec)
    guard let codec = BlockCodec(rawValue: number) else {
      return .invalid("codec \(number), expected 0 or 1")
    }
    let header = BlockHeader(
      codec: codec, isStop: flags & stopFlag != 0,
      firstSequence: bytes.integer(Layout.firstSequence), count: bytes.integer(Layout.count),
      rawLength: bytes.integer(Layout.rawLength), storedLength: bytes.integer(Layout.storedLength),
      payloadChecksum: bytes.integer(Layout.payloadChecksum),
      firstRecorded: bytes.integer(Layout.firstRecorded),
      lastRecorded: bytes.integer(Layout.lastRecorded),
      minHappened: bytes.integer(Layout.minHappened),
      maxHappened: bytes.integer(Layout.maxHappened), summary: bytes.integer(Layout.summary))
    return header.broken.map { .invalid($0) } ?? .header(header)
  }

  /// The rule of the format that the fields break, if any.
  private var broken: String? {
    if count == 0 || count > LogFormat.maxBlockRecords {
      return "\(count) records, expected 1 to \(LogFormat.maxBlockRecords)"
    }
    if rawLength > LogFormat.maxBlockRawLength {
      return "raw length \(rawLength), expected at most \(LogFormat.maxBlockRawLength)"
    }
    if storedLength > LogFormat.maxBlockStoredLength {
      return "stored length \(storedLength), expected at most \(LogFormat.maxBlockStoredLength)"
    }
    if codec == .raw, storedLength != rawLength {
      return "stored length \(storedLength), expected the raw length \(rawLength)"
    }
    if firstRecorded > lastRecorded {
      return "last recorded time \(lastRecorded), expected at least \(firstRecorded)"
    }
    if minHappened > maxHappened {
      return "greatest time happened \(maxHappened), expected at least \(minHappened)"
    }
    if firstSequence > UInt64.max - UInt64(count) {
      return "first sequence \(firstSequence), expected one with room for \(count) records"
    }
    return nil
  }
}
