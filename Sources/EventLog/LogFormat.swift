/// The limits and marks of the format; `schemas/log-format.md` is the specification.
package enum LogFormat {
  /// The format version this code writes, and the highest it reads.
  package static let version: UInt16 = 1

  /// Bytes that a disk writes as one: old or new, never garbage.
  static let sectorSize = 512

  /// Bytes of a record. The length field has 16 bits, as in the tiles of `tlog-tiles`.
  package static let maxRecordLength = 65_535
  /// Bytes of the length in front of each record.
  static let recordPrefixSize = 2

  /// Records of a block; bounds what decoding one record costs.
  package static let maxBlockRecords = 8_192
  /// Bytes of a block before compression, prefixes included; fits into a core's L2 cache.
  package static let maxBlockRawLength = 512 * 1024
  /// Bytes of a block's stored form: LZ4's bound, `n + n / 255 + 16`, at the largest raw length.
  static let maxBlockStoredLength = maxBlockRawLength + maxBlockRawLength / 255 + 16
  /// Bytes of a whole block; a torn tail is never longer.
  static let maxBlockSize = BlockHeader.size + maxBlockStoredLength + endMarkSize

  /// Last byte of each block: not zero, so that a sector that was written never looks unwritten.
  static let endMark: UInt8 = 0xA5
  static let endMarkSize = 1

  /// Bytes of the smallest segment one may ask for: room for one record of any length.
  package static let minSegmentCapacity = 64 * 1024
  /// Bytes of a segment unless asked otherwise: zeroing it ahead takes about 0.1 s.
  package static let defaultSegmentCapacity = 64 * 1024 * 1024

  /// Bytes of the random identity of a log.
  package static let logIDSize = 16

  /// What a file begins with, or a part of it.
  static let segmentMagic: [UInt8] = Array("KLEDGSEG".utf8)
  static let blockMagic: [UInt8] = Array("KBLK".utf8)
  static let resumeMagic: [UInt8] = Array("KRSM".utf8)
  static let footerMagic: [UInt8] = Array("KFTR".utf8)
  static let trailerMagic: [UInt8] = Array("KLEDGEND".utf8)
}
