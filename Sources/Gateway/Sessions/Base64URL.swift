/// Base64 with the URL-safe alphabet and no padding (RFC 7515 section 2).
///
/// Decoding is strict: one text for each byte string. No padding, no blanks, unused bits zero; a
/// token that could be written in two ways would be one session with two texts.
enum Base64URL {
  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let invalid: UInt8 = 0xFF

  /// Character to its six bits, `invalid` where it has none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: invalid, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var characters: [UInt8] = []
    var pending: UInt32 = 0
    var pendingBits: UInt32 = 0
    for byte in bytes {
      pending = pending << 8 | UInt32(byte)
      pendingBits += 8
      while pendingBits >= 6 {
        pendingBits -= 6
        characters.append(alphabet[Int(pending >> pendingBits) & 0x3F])
      }
      pending &= (1 << pendingBits) - 1
    }
    if pendingBits > 0 { characters.append(alphabet[Int(pending << (6 - pendingBits)) & 0x3F]) }
    return String(decoding: characters, as: UTF8.self)
  }

  /// Nil unless `text` is exactly what `encode` gives for some bytes.
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 != 1 else { return nil }
    let values = Self.values
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count * 3 / 4)
    var pending: UInt32 = 0
    var pendingBits: UInt32 = 0
    for character in text {
      let value = values[Int(character)]
      guard value != invalid else { return nil }
      pending = pending << 6 | UInt32(value)
      pendingBits += 6
      if pendingBits >= 8 {
        pendingBits -= 8
        bytes.append(UInt8(truncatingIfNeeded: pending >> pendingBits))
        pending &= (1 << pendingBits) - 1
      }
    }
    return pending == 0 ? bytes : nil
  }
}
