/// Reads a service's JSON (RFC 8259) as an answer, members in the order in which they came, so that
/// it is printed as if it had been computed here.
package struct AnswerReader {
  /// Answers have four levels at most.
  private static let deepest = 32

  private let bytes: [UInt8]
  private var next = 0

  /// `nil` for what is not JSON.
  package static func read(_ bytes: [UInt8]) -> Value? {
    var reader = AnswerReader(bytes: bytes)
    guard let value = reader.value(level: 0) else { return nil }
    reader.skipSpace()
    return reader.next == bytes.count ? value : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { next < bytes.count ? bytes[next] : nil }

  private mutating func skipSpace() {
    while let byte = current, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { next += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    next += 1
    return true
  }

  private mutating func value(level: Int) -> Value? {
    guard level <= Self.deepest else { return nil }
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return object(level)
    case UInt8(ascii: "["): return list(level)
    case UInt8(ascii: "\""): return text().map { .text($0) }
    default: return scalar()
    }
  }

  private mutating func object(_ level: Int) -> Value? {
    next += 1
    var row = Row()
    if take("}") { return .object(row) }
    repeat {
      skipSpace()
      guard let name = text(), take(":"), let value = value(level: level + 1) else { return nil }
      row.append(name, value)
    } while take(",")
    return take("}") ? .object(row) : nil
  }

  private mutating func list(_ level: Int) -> Value? {
    next += 1
    var values: [Value] = []
    if take("]") { return .list(values) }
    repeat {
      guard let value = value(level: level + 1) else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? .list(values) : nil
  }

  private mutating func scalar() -> Value? {
    let start = next
    while let byte = current, !", \t\r\n]}".utf8.contains(byte) { next += 1 }
    let word = String(decoding: bytes[start..<next], as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return .flag(true)
    case "false": return .flag(false)
    default:
      if let number = Int64(word) { return .number(number) }
      let isPlain = word.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
      return isPlain && Double(word) != nil ? .decimal(word) : nil
    }
  }

  private mutating func text() -> String? {
    guard current == UInt8(ascii: "\"") else { return nil }
    next += 1
    var units: [UInt8] = []
    while let byte = current {
      next += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: units, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escape() else { return nil }
        units.append(contentsOf: Array(String(Character(scalar)).utf8))
      default: units.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let byte = current else { return nil }
    next += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return unicode()
    default: return Unicode.Scalar(byte)
    }
  }

  private mutating func unicode() -> Unicode.Scalar? {
    guard let high = hex() else { return nil }
    guard (0xd800..<0xdc00).contains(high) else { return Unicode.Scalar(high) }
    guard next + 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"),
      bytes[next + 1] == UInt8(ascii: "u")
    else { return nil }
    next += 2
    guard let low = hex(), (0xdc00..<0xe000).contains(low) else { return nil }
    return Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
  }

  private mutating func hex() -> UInt32? {
    guard next + 4 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[next..<next + 4], as: UTF8.self)
    next += 4
    return UInt32(digits, radix: 16)
  }
}
