/// CRC-32 as in IEEE 802.3, zlib and PNG: polynomial 0x04C11DB7 reflected, initial value and
/// final exclusive-or 0xFFFFFFFF. It finds every change within 32 neighbouring bits.
enum CRC32 {
  private static let reflectedPolynomial: UInt32 = 0xEDB8_8320

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ reflectedPolynomial : value >> 1
    }
  }

  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let table = table
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }
}
