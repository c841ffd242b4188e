import CCRC32C

/// A CRC32C that begins with a segment's salt, so that no image of a block made without knowing
/// the salt can pass for one.
struct SaltedChecksum: Hashable, Sendable {
  /// Eight random bytes, read as a little-endian number.
  let salt: UInt64
  /// CRC32C of the salt's eight bytes.
  private let seed: UInt32

  init(salt: UInt64) {
    self.salt = salt
    seed = withUnsafeBytes(of: salt.littleEndian) { CRC32C.of($0) }
  }

  /// CRC32C of the salt followed by `bytes`.
  func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    CRC32C.extend(seed, bytes)
  }
}

enum CRC32C {
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 { extend(0, bytes) }

  static func extend(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
    crc32c_extend(crc, bytes.baseAddress, bytes.count)
  }
}
