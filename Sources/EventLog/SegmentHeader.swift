import Transparency

/// The first sector of a segment file.
struct SegmentHeader: Hashable, Sendable {
  var isSealed: Bool
  /// `LogFormat.logIDSize` random bytes, the same in all segments of a log.
  let logID: [UInt8]
  let checksum: SaltedChecksum
  let firstSequence: UInt64
  /// Bytes of the file while it is not sealed.
  let capacity: UInt64
  /// Root of the tree of the records before `firstSequence`.
  let root: Digest
  /// Recorded time of the segment's first record, or of the log's creation; µs since 1970 UTC.
  var created: Int64

  /// One sector, so that it is there or not there, never in part.
  static let size = LogFormat.sectorSize

  /// Where `created` stands.
  static var createdOffset: UInt64 { UInt64(Layout.created.offset) }

  private enum Layout {
    static let magic = Field.first(8)
    static let version = magic.next(2)
    static let flags = version.next(2)
    static let reserved = flags.next(4)
    static let logID = reserved.next(LogFormat.logIDSize)
    static let salt = logID.next(8)
    static let firstSequence = salt.next(8)
    static let capacity = firstSequence.next(8)
    static let root = capacity.next(Digest.byteCount)
    static let created = root.next(8)
    static let padding = created.next(checksum.offset - created.offset - created.width)
    /// At the end of the sector in every version, so that a later version is told from damage.
    static let checksum = Field(offset: SegmentHeader.size - 4, width: 4)
  }

  private static let sealedFlag: UInt16 = 1

  func encode() -> [UInt8] {
    var sector = [UInt8](repeating: 0, count: Self.size)
    sector.withUnsafeMutableBytes { bytes in
      bytes.store(LogFormat.segmentMagic, in: Layout.magic)
      bytes.store(LogFormat.version, in: Layout.version)
      bytes.store(isSealed ? Self.sealedFlag : 0, in: Layout.flags)
      bytes.store(logID, in: Layout.logID)
      bytes.store(checksum.salt, in: Layout.salt)
      bytes.store(firstSequence, in: Layout.firstSequence)
      bytes.store(capacity, in: Layout.capacity)
      bytes.store(root.bytes, in: Layout.root)
      bytes.store(created, in: Layout.created)
      let covered = UnsafeRawBufferPointer(rebasing: bytes[..<Layout.checksum.offset])
      bytes.store(CRC32C.of(covered), in: Layout.checksum)
    }
    return sector
  }

  /// True if the sector has the checksum that it states.
  static func isIntact(_ sector: UnsafeRawBufferPointer) -> Bool {
    sector.count == size
      && sector.integer(Layout.checksum)
        == CRC32C.of(UnsafeRawBufferPointer(rebasing: sector[..<Layout.checksum.offset]))
  }

  /// Reads the first sector of the file called `file`.
  init(decoding sector: UnsafeRawBufferPointer, file: String) throws(LogError) {
    func refused(_ field: Field, _ problem: String) -> LogError {
      .corrupt(
        Problem(
          file: file, offset: UInt64(field.offset),
          sequence: SegmentName.firstSequence(ofAnyForm: file), problem: problem))
    }
    guard sector.count == Self.size else {
      throw refused(Layout.magic, "\(sector.count) bytes, expected a header of \(Self.size)")
    }
    guard sector.hasBytes(LogFormat.segmentMagic, in: Layout.magic) else {
      throw refused(Layout.magic, "expected the magic of a segment")
    }
    guard Self.isIntact(sector) else {
      throw refused(Layout.checksum, "wrong header checksum, expected that of the bytes before it")
    }
    let version: UInt16 = sector.integer(Layout.version)
    guard version <= LogFormat.version else {
      throw .newerVersion(
        file: file, offset: UInt64(Layout.version.offset), version: version,
        supported: LogFormat.version)
    }
    guard version == LogFormat.version else {
      throw refused(Layout.version, "format version \(version), expected \(LogFormat.version)")
    }
    let flags: UInt16 = sector.integer(Layout.flags)
    guard flags & ~Self.sealedFlag == 0, sector.integer(Layout.reserved, as: UInt32.self) == 0
    else { throw refused(Layout.flags, "unknown flags \(flags)") }
    guard sector.bytes(Layout.padding).allSatisfy({ $0 == 0 }) else {
      throw refused(Layout.padding, "a byte that is not zero between the fields and the checksum")
    }
    let capacity: UInt64 = sector.integer(Layout.capacity)
    guard capacity % UInt64(LogFormat.sectorSize) == 0,
      capacity >= UInt64(LogFormat.minSegmentCapacity)
    else {
      throw refused(
        Layout.capacity,
        "capacity \(capacity), expected whole sectors and at least \(LogFormat.minSegmentCapacity)")
    }
    guard let root = Digest(sector.bytes(Layout.root)) else {
      throw refused(Layout.root, "expected a root of \(Digest.byteCount) bytes")
    }
    isSealed = flags & Self.sealedFlag != 0
    logID = [UInt8](sector.bytes(Layout.logID))
    checksum = SaltedChecksum(salt: sector.integer(Layout.salt))
    firstSequence = sector.integer(Layout.firstSequence)
    self.capacity = capacity
    self.root = root
    created = sector.integer(Layout.created)
    guard firstSequence == SegmentName.firstSequence(ofAnyForm: file) else {
      throw refused(
        Layout.firstSequence, "first sequence is \(firstSequence), expected the one in the name")
    }
  }

  init(
    isSealed: Bool, logID: [UInt8], checksum: SaltedChecksum, firstSequence: UInt64,
    capacity: UInt64, root: Digest, created: Int64
  ) {
    precondition(logID.count == LogFormat.logIDSize, "a log id has 16 bytes")
    self.isSealed = isSealed
    self.logID = logID
    self.checksum = checksum
    self.firstSequence = firstSequence
    self.capacity = capacity
    self.root = root
    self.created = created
  }
}
