/// Base64 with the standard alphabet and padding (RFC 4648 section 4).
///
/// Decoding is strict: one text for each byte string. No line breaks, padding required, unused
/// bits zero. A signed text that could be written in two ways could be changed unnoticed.
package enum Base64 {
  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  private static let invalid: UInt8 = 0xFF

  /// Character to its six bits, `invalid` where it has none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: invalid, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  package static func encode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
      var position = 0
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let present = min(3, bytes.count - start)
        var group: UInt32 = 0
        for offset in 0..<3 {
          group = group << 8 | (offset < present ? UInt32(bytes[start + offset]) : 0)
        }
        for digit in 0..<4 {
          let sixBits = Int(group >> UInt32(18 - 6 * digit)) & 0x3F
          output[position] = digit <= present ? alphabet[sixBits] : padding
          position += 1
        }
      }
      return position
    }
  }

  /// Nil unless `text` is exactly what `encode` gives for some bytes.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = [UInt8](text.utf8)
    guard characters.count % 4 == 0 else { return nil }
    let padded = characters.suffix(2).filter { $0 == padding }.count
    let digits = characters.dropLast(padded)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    var pending: UInt32 = 0
    var pendingBits: UInt32 = 0
    for character in digits {
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
