/// The digits 0-9, A-Z, a-z, in this order of value. Unlike base64 it has no character that a
/// double click, a URL or a shell treats in its own way.
enum Base62 {
  static let digits = [UInt8]("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  static func isDigit(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }

  /// The value with leading zeros; `width` digits must hold it.
  static func encode(_ value: UInt32, width: Int) -> String {
    var rest = value
    var characters = [UInt8](repeating: digits[0], count: width)
    for place in characters.indices.reversed() {
      characters[place] = digits[Int(rest % 62)]
      rest /= 62
    }
    precondition(rest == 0, "\(width) digits do not hold \(value)")
    return String(decoding: characters, as: UTF8.self)
  }

  /// Digits that are each of 62 values with the same probability: log2(62) = 5.95 bits each.
  static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
    let characters = (0..<count).map { _ in digits[Int.random(in: 0..<62, using: &generator)] }
    return String(decoding: characters, as: UTF8.self)
  }
}
