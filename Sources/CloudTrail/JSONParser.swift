/// What is wrong with a JSON text, and at which byte of it.
struct JSONProblem: Error {
  enum Kind {
    case unexpectedEnd
    case expected(StaticString)
    case notUTF8
    case tooDeep
    case repeatedName
  }

  let kind: Kind
  let offset: Int

  var description: String {
    switch kind {
    case .unexpectedEnd: "ends in the middle of a JSON value"
    case .expected(let what): "not JSON: expected \(what)"
    case .notUTF8: "not UTF-8"
    case .tooDeep: "nested deeper than \(JSONParser.deepest) levels"
    case .repeatedName: "a name occurs twice in one JSON object"
    }
  }
}

/// Parses one JSON value of a text, strictly by RFC 8259, in one pass. Two readings the RFC leaves
/// open: an escape that is half a surrogate pair reads as U+FFFD, because a user agent, which the
/// client chose, may hold one; an object may not name a member twice (`CanonicalJSON` checks).
struct JSONParser {
  /// CloudTrail's own events nest below 20; the parser recurses, and this bounds its stack.
  static let deepest = 128

  /// The next byte to read.
  private(set) var offset: Int
  /// Reading ends here, though the text may go on: how a record's size is limited.
  private let end: Int
  private var nodes: [JSONText.Node] = []
  private var unescaped: [UInt8] = []

  init(from offset: Int, to end: Int) {
    self.offset = offset
    self.end = end
    let typicalNodes = 160
    nodes.reserveCapacity(typicalNodes)
  }

  /// Parses the value at `offset` and leaves `offset` behind it.
  static func value(
    of bytes: [UInt8], at offset: inout Int, to end: Int
  ) throws(JSONProblem) -> JSONText {
    let start = skipSpace(bytes.span, from: offset, to: end)
    var parser = JSONParser(from: start, to: end)
    try parser.value(bytes.span, depth: 0)
    offset = parser.offset
    return parser.text(bytes, from: start)
  }

  /// Copies what the value needs, so that a record does not depend on the file's text.
  private consuming func text(_ source: [UInt8], from start: Int) -> JSONText {
    var bytes = [UInt8](source[start..<offset])
    let length = bytes.count
    bytes.append(contentsOf: unescaped)
    for index in nodes.indices {
      // Modulo 2^32: both the sum and what it is added to fit, the difference need not.
      let shift = UInt32(truncatingIfNeeded: nodes[index].isUnescaped ? length : -start)
      nodes[index].start &+= shift
      nodes[index].end &+= shift
    }
    return JSONText(bytes: bytes, nodes: nodes, offset: start)
  }

  /// The first offset from `start` that does not hold white space, `end` at most.
  static func skipSpace(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var offset = start
    while offset < end {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        offset += 1
      default: return offset
      }
    }
    return offset
  }

  private func fail(_ kind: JSONProblem.Kind) -> JSONProblem {
    JSONProblem(kind: kind, offset: offset)
  }

  private func current(_ bytes: Span<UInt8>) throws(JSONProblem) -> UInt8 {
    guard offset < end else { throw fail(.unexpectedEnd) }
    return bytes[offset]
  }

  /// Adds a node that begins here and returns its index; `close` sets where it ends.
  private mutating func open(_ kind: JSONText.Node.Kind) -> Int {
    nodes.append(JSONText.Node(kind: kind, start: UInt32(offset), end: 0, next: 0))
    return nodes.count - 1
  }

  private mutating func close(_ index: Int) {
    nodes[index].end = UInt32(offset)
    nodes[index].next = UInt32(nodes.count)
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONProblem) {
    offset = JSONParser.skipSpace(bytes, from: offset, to: end)
    switch try current(bytes) {
    case UInt8(ascii: "\""): try string(bytes)
    case UInt8(ascii: "{"): try container(.object, bytes, depth: depth)
    case UInt8(ascii: "["): try container(.array, bytes, depth: depth)
    case UInt8(ascii: "t"): try literal(.true, "true", bytes)
    case UInt8(ascii: "f"): try literal(.false, "false", bytes)
    case UInt8(ascii: "n"): try literal(.null, "null", bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(bytes)
    default: throw fail(.expected("a value"))
    }
  }

  private mutating func container(
    _ kind: JSONText.Node.Kind, _ bytes: Span<UInt8>, depth: Int
  ) throws(JSONProblem) {
    guard depth < JSONParser.deepest else { throw fail(.tooDeep) }
    let close = kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
    let index = open(kind)
    offset += 1
    offset = JSONParser.skipSpace(bytes, from: offset, to: end)
    if try current(bytes) == close {
      offset += 1
      return self.close(index)
    }
    while true {
      if kind == .object { try name(bytes) }
      try value(bytes, depth: depth + 1)
      offset = JSONParser.skipSpace(bytes, from: offset, to: end)
      let byte = try current(bytes)
      guard byte == UInt8(ascii: ",") || byte == close else {
        throw fail(.expected(kind == .object ? "',' or '}'" : "',' or ']'"))
      }
      offset += 1
      if byte == close { return self.close(index) }
    }
  }

  private mutating func name(_ bytes: Span<UInt8>) throws(JSONProblem) {
    offset = JSONParser.skipSpace(bytes, from: offset, to: end)
    guard try current(bytes) == UInt8(ascii: "\"") else { throw fail(.expected("a name")) }
    try string(bytes)
    offset = JSONParser.skipSpace(bytes, from: offset, to: end)
    guard try current(bytes) == UInt8(ascii: ":") else { throw fail(.expected("':'")) }
    offset += 1
  }

  private mutating func literal(
    _ kind: JSONText.Node.Kind, _ literal: StaticString, _ bytes: Span<UInt8>
  ) throws(JSONProblem) {
    let index = open(kind)
    for position in 0..<literal.utf8CodeUnitCount {
      guard try current(bytes) == literal.utf8Start[position] else {
        throw fail(.expected(literal))
      }
      offset += 1
    }
    close(index)
  }

  private mutating func number(_ bytes: Span<UInt8>) throws(JSONProblem) {
    let index = open(.number)
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    if try current(bytes) == UInt8(ascii: "0") { offset += 1 } else { try digits(bytes) }
    if offset < end, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try digits(bytes)
    }
    if offset < end, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      let sign = try current(bytes)
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
      try digits(bytes)
    }
    close(index)
  }

  private mutating func digits(_ bytes: Span<UInt8>) throws(JSONProblem) {
    guard try isDigit(current(bytes)) else { throw fail(.expected("a digit")) }
    while offset < end, isDigit(bytes[offset]) { offset += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private mutating func string(_ bytes: Span<UInt8>) throws(JSONProblem) {
    offset += 1
    let index = open(.string)
    while true {
      switch try current(bytes) {
      case UInt8(ascii: "\""):
        close(index)
        offset += 1
        return
      case UInt8(ascii: "\\"):
        return try escapedString(bytes, index)
      case 0..<0x20: throw fail(.expected("no control character in a string"))
      case 0x80...: try multibyte(bytes)
      default: offset += 1
      }
    }
  }

  /// The rest of a string from its first escape on: the content goes to `unescaped`.
  private mutating func escapedString(
    _ bytes: Span<UInt8>, _ index: Int
  ) throws(JSONProblem) {
    let start = unescaped.count
    for position in Int(nodes[index].start)..<offset { unescaped.append(bytes[position]) }
    while true {
      let from = offset
      switch try current(bytes) {
      case UInt8(ascii: "\""):
        nodes[index].isUnescaped = true
        nodes[index].start = UInt32(start)
        nodes[index].end = UInt32(unescaped.count)
        nodes[index].next = UInt32(nodes.count)
        offset += 1
        return
      case UInt8(ascii: "\\"): try escape(bytes)
      case 0..<0x20: throw fail(.expected("no control character in a string"))
      case 0x80...:
        try multibyte(bytes)
        for position in from..<offset { unescaped.append(bytes[position]) }
      case let byte:
        unescaped.append(byte)
        offset += 1
      }
    }
  }

  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONProblem) {
    offset += 1
    let byte: UInt8? =
      switch try current(bytes) {
      case UInt8(ascii: "\""): UInt8(ascii: "\"")
      case UInt8(ascii: "\\"): UInt8(ascii: "\\")
      case UInt8(ascii: "/"): UInt8(ascii: "/")
      case UInt8(ascii: "b"): 0x08
      case UInt8(ascii: "f"): 0x0C
      case UInt8(ascii: "n"): UInt8(ascii: "\n")
      case UInt8(ascii: "r"): UInt8(ascii: "\r")
      case UInt8(ascii: "t"): UInt8(ascii: "\t")
      case UInt8(ascii: "u"): nil
      default: throw fail(.expected("an escape"))
      }
    offset += 1
    if let byte { unescaped.append(byte) } else { try unicodeEscape(bytes) }
  }

  /// After `\u`: one scalar, of one escape or of a surrogate pair.
  private mutating func unicodeEscape(_ bytes: Span<UInt8>) throws(JSONProblem) {
    var code = try fourHexDigits(bytes)
    if (0xD800..<0xDC00).contains(code), offset + 1 < end,
      bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
    {
      let afterHigh = offset
      offset += 2
      let low = try fourHexDigits(bytes)
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        offset = afterHigh
      }
    }
    let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
    unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func fourHexDigits(_ bytes: Span<UInt8>) throws(JSONProblem) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch try current(bytes) {
      case let byte where isDigit(byte): digit = byte - UInt8(ascii: "0")
      case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20):
        digit = (byte | 0x20) - UInt8(ascii: "a") + 10
      default: throw fail(.expected("four hexadecimal digits"))
      }
      code = code << 4 | UInt32(digit)
      offset += 1
    }
    return code
  }

  /// Moves over one scalar of two to four bytes. Unicode 16, table 3-7.
  private mutating func multibyte(_ bytes: Span<UInt8>) throws(JSONProblem) {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[offset] {
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: throw fail(.notUTF8)
    }
    guard offset + length <= end else { throw fail(.unexpectedEnd) }
    guard second.contains(bytes[offset + 1]) else { throw fail(.notUTF8) }
    for position in 2..<length where bytes[offset + position] & 0xC0 != 0x80 {
      throw fail(.notUTF8)
    }
    offset += length
  }
}
