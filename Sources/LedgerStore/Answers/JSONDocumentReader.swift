/// What is not JSON, and where.
package struct JSONDocumentError: Error {
  /// Bytes before the place.
  package let offset: Int
  package let problem: String
}

/// Reads a JSON text by the letter of RFC 8259. Unlike the system's parser it keeps repeated
/// member names, so that they can be refused, and tells the place of an error.
package struct JSONDocumentReader {
  /// Arrays and objects within each other: more than any document of ours has.
  private static let nesting = 16

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  package static func read(_ bytes: [UInt8]) throws(JSONDocumentError) -> JSONDocument {
    var reader = JSONDocumentReader(bytes)
    let value = try reader.value()
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.expected("the end of the text") }
    return value
  }

  /// The same text without the space between its tokens; only for a text that `read` accepts.
  package static func compact(_ bytes: [UInt8]) -> String {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var inString = false
    var escaped = false
    for byte in bytes {
      if !inString, isSpace(byte) { continue }
      if byte == UInt8(ascii: "\""), !escaped { inString.toggle() }
      escaped = inString && !escaped && byte == UInt8(ascii: "\\")
      kept.append(byte)
    }
    return String(decoding: kept, as: UTF8.self)
  }

  private mutating func value() throws(JSONDocumentError) -> JSONDocument {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"):
      return try nested { reader throws(JSONDocumentError) in .object(try reader.members()) }
    case UInt8(ascii: "["):
      return try nested { reader throws(JSONDocumentError) in .array(try reader.elements()) }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(UInt8(ascii: "-")), .some(UInt8(ascii: "0")...UInt8(ascii: "9")):
      return try number()
    default: throw expected("a value")
    }
  }

  private mutating func nested(
    _ body: (inout JSONDocumentReader) throws(JSONDocumentError) -> JSONDocument
  ) throws(JSONDocumentError) -> JSONDocument {
    guard depth < Self.nesting else {
      throw problem("more than \(Self.nesting) levels of nesting")
    }
    depth += 1
    at += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func members() throws(JSONDocumentError) -> [(name: String, value: JSONDocument)]
  {
    var members: [(name: String, value: JSONDocument)] = []
    if skipped(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw expected("a member's name in quotes") }
      let name = try string()
      guard skipped(UInt8(ascii: ":")) else { throw expected("\":\"") }
      members.append((name, try value()))
    } while skipped(UInt8(ascii: ","))
    guard skipped(UInt8(ascii: "}")) else { throw expected("\",\" or \"}\"") }
    return members
  }

  private mutating func elements() throws(JSONDocumentError) -> [JSONDocument] {
    var elements: [JSONDocument] = []
    if skipped(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try value()) } while skipped(UInt8(ascii: ","))
    guard skipped(UInt8(ascii: "]")) else { throw expected("\",\" or \"]\"") }
    return elements
  }

  private mutating func word(
    _ word: String, _ value: JSONDocument
  ) throws(JSONDocumentError) -> JSONDocument {
    guard bytes[at...].starts(with: word.utf8) else { throw expected("a value") }
    at += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONDocumentError) -> JSONDocument {
    let start = at
    if next == UInt8(ascii: "-") { at += 1 }
    if next == UInt8(ascii: "0") { at += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      at += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      at += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
      try digits()
    }
    return .number(String(decoding: bytes[start..<at], as: UTF8.self))
  }

  private mutating func digits() throws(JSONDocumentError) {
    let start = at
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
    guard at > start else { throw expected("a digit") }
  }

  private mutating func string() throws(JSONDocumentError) -> String {
    let start = at
    at += 1
    var text: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw problem("a control character in a string") }
      at += 1
      if byte == UInt8(ascii: "\\") {
        text += try escape().utf8
      } else {
        text.append(byte)
      }
    }
    guard next != nil else {
      throw JSONDocumentError(offset: start, problem: "a string has no end")
    }
    at += 1
    guard let text = String(validating: text, as: UTF8.self) else {
      throw JSONDocumentError(offset: start, problem: "a string is not UTF-8")
    }
    return text
  }

  /// What stands behind a backslash.
  private mutating func escape() throws(JSONDocumentError) -> String {
    let start = at
    guard let byte = next else { throw problem("a string has no end") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      return String(Unicode.Scalar(byte))
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      var units = [try hexadecimal()]
      if UTF16.isLeadSurrogate(units[0]), bytes[at...].starts(with: "\\u".utf8) {
        at += 2
        units.append(try hexadecimal())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw JSONDocumentError(offset: start, problem: "half a surrogate pair")
      }
      return text
    default: throw JSONDocumentError(offset: start, problem: "an escape that JSON does not have")
    }
  }

  private mutating func hexadecimal() throws(JSONDocumentError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw expected("four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
      at += 1
    }
    return unit
  }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  /// Also the space in front of it.
  private mutating func skipped(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    at += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, Self.isSpace(byte) { at += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  private func expected(_ what: String) -> JSONDocumentError {
    let found =
      switch next {
      case .none: "the end of the text"
      case .some(0x21...0x7e): "'\(Character(Unicode.Scalar(bytes[at])))'"
      case .some(let byte): "byte 0x\(String(byte, radix: 16))"
      }
    return problem("expected \(what), found \(found)")
  }

  private func problem(_ problem: String) -> JSONDocumentError {
    JSONDocumentError(offset: at, problem: problem)
  }
}

extension JSONDocumentError {
  /// Lines and columns count from 1, columns in bytes.
  package func place(in bytes: [UInt8]) -> String {
    let before = bytes.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = offset - (before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0) + 1
    return "line \(line), column \(column)"
  }
}
