/// What a writer puts behind a block with the stop flag before it appends again.
///
/// After a clean stop nothing can be torn, so there any byte that is not zero is corruption. The
/// first block after a restart can be torn all the same: this mark says that it was begun. It
/// lies inside one sector, so it is there or not there.
enum ResumeMark {
  private enum Layout {
    static let magic = Field.first(4)
    static let sequence = magic.next(8)
    static let checksum = sequence.next(4)
  }

  /// Bytes; also the alignment of a mark in the file. It divides the sector.
  static let size = Layout.checksum.end

  /// Where the mark is, if the stopped block ends at `offset`. The bytes between are zero.
  static func offset(after offset: UInt64) -> UInt64 {
    let size = UInt64(Self.size)
    return (offset + size - 1) / size * size
  }

  /// - Parameter sequence: the sequence of the record to come.
  static func encode(_ sequence: UInt64, _ checksum: SaltedChecksum) -> [UInt8] {
    var mark = [UInt8](repeating: 0, count: size)
    mark.withUnsafeMutableBytes { bytes in
      bytes.store(LogFormat.resumeMagic, in: Layout.magic)
      bytes.store(sequence, in: Layout.sequence)
      let covered = UnsafeRawBufferPointer(rebasing: bytes[..<Layout.checksum.offset])
      bytes.store(checksum.of(covered), in: Layout.checksum)
    }
    return mark
  }

  static func isMark(
    _ bytes: UnsafeRawBufferPointer, _ sequence: UInt64, _ checksum: SaltedChecksum
  ) -> Bool {
    bytes.elementsEqual(encode(sequence, checksum))
  }
}
