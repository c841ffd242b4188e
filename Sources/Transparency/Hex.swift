/// Hexadecimal text of bytes, lower case.
package enum Hex {
  private static let digits = [UInt8]("0123456789abcdef".utf8)

  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { output in
      var position = 0
      for byte in bytes {
        output[position] = digits[Int(byte >> 4)]
        output[position + 1] = digits[Int(byte & 0x0F)]
        position += 2
      }
      return position
    }
  }

  /// Nil for an odd number of digits or a character that is no hexadecimal digit. Upper case is
  /// read too.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for character in text.utf8 {
      guard let nibble = value(of: character) else { return nil }
      if let pending = high {
        bytes.append(pending << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    return high == nil ? bytes : nil
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
