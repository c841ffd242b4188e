/// The canonical form of an event, for comparing one that arrives again in another file:
///
/// - members sorted by the bytes of their names, no white space
/// - members that mean "none" by rule 1 left out, at every level; in an array they are `null`,
///   since a place in an array says something
/// - `eventTime` and `@timestamp` replaced by one `eventTime`, a whole number of microseconds
///   since 1970 UTC
/// - strings in UTF-8 with `\"`, `\\` and `\u00xx` as the only escapes
/// - whole numbers by their digits; others as the shortest text of the nearest double, without a
///   fraction where that is zero
struct CanonicalJSON {
  private let text: JSONText
  private var output: [UInt8] = []

  /// Fails only on a name that occurs twice in an object. O(n log n) in the members of an object.
  static func event(_ text: JSONText, happened: Int64) throws(JSONProblem) -> [UInt8] {
    var writer = CanonicalJSON(text: text)
    writer.output.reserveCapacity(text.byteCount)
    try writer.object(0, happened: happened)
    return writer.output
  }

  private init(text: JSONText) {
    self.text = text
  }

  private mutating func value(_ index: Int) throws(JSONProblem) {
    if text.isNone(index) { return literal("null") }
    switch text.nodes[index].kind {
    case .object: try object(index, happened: nil)
    case .array: try array(index)
    case .string: string(index)
    case .number: number(index)
    case .true: literal("true")
    case .false: literal("false")
    case .null: literal("null")
    }
  }

  private mutating func array(_ index: Int) throws(JSONProblem) {
    output.append(UInt8(ascii: "["))
    let end = Int(text.nodes[index].next)
    var element = index + 1
    while element < end {
      if element > index + 1 { output.append(UInt8(ascii: ",")) }
      try value(element)
      element = Int(text.nodes[element].next)
    }
    output.append(UInt8(ascii: "]"))
  }

  /// `happened` is given for the event itself, and takes the place of its times.
  private mutating func object(_ index: Int, happened: Int64?) throws(JSONProblem) {
    output.append(UInt8(ascii: "{"))
    let first = output.count
    var timeIsDue = happened != nil
    for key in try sortedNames(index) {
      if let happened {
        if timeIsDue, !isBeforeTime(key) {
          time(happened, first: first)
          timeIsDue = false
        }
        if isTime(key) { continue }
      }
      if text.isNone(key + 1) { continue }
      separator(first)
      string(key)
      output.append(UInt8(ascii: ":"))
      try value(key + 1)
    }
    if timeIsDue, let happened { time(happened, first: first) }
    output.append(UInt8(ascii: "}"))
  }

  /// The nodes of an object's names, by their bytes.
  private func sortedNames(_ index: Int) throws(JSONProblem) -> [Int] {
    var names: [Int] = []
    let end = Int(text.nodes[index].next)
    var key = index + 1
    while key < end {
      names.append(key)
      key = Int(text.nodes[key + 1].next)
    }
    let text = text
    names.sort { text.compare($0, $1) < 0 }
    for position in names.indices.dropFirst()
    where text.compare(names[position - 1], names[position]) == 0 {
      let offset = text.offset + Int(text.nodes[index].start)
      throw JSONProblem(kind: .repeatedName, offset: offset)
    }
    return names
  }

  private func isTime(_ key: Int) -> Bool {
    text.content(key, equals: "eventTime") || text.content(key, equals: "@timestamp")
  }

  private func isBeforeTime(_ key: Int) -> Bool {
    text.content(key).lexicographicallyPrecedes("eventTime".utf8)
  }

  private mutating func time(_ happened: Int64, first: Int) {
    separator(first)
    literal("\"eventTime\":")
    output.append(contentsOf: String(happened).utf8)
  }

  private mutating func separator(_ first: Int) {
    if output.count > first { output.append(UInt8(ascii: ",")) }
  }

  private mutating func literal(_ literal: StaticString) {
    output.append(
      contentsOf: UnsafeBufferPointer(
        start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  private mutating func string(_ index: Int) {
    output.append(UInt8(ascii: "\""))
    if text.nodes[index].isUnescaped {
      for byte in text.content(index) { escaped(byte) }
    } else {
      output.append(contentsOf: text.content(index))
    }
    output.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): literal("\\\"")
    case UInt8(ascii: "\\"): literal("\\\\")
    case 0..<0x20:
      literal(byte < 0x10 ? "\\u000" : "\\u001")
      output.append(contentsOf: String(byte & 0x0F, radix: 16).utf8)
    default: output.append(byte)
    }
  }

  private mutating func number(_ index: Int) {
    let token = text.content(index)
    let isWhole = token.allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: ".") }
    let minusZero: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: "0")]
    if isWhole, !token.elementsEqual(minusZero) {
      output.append(contentsOf: token)
      return
    }
    let exactWhole = 9_007_199_254_740_992.0  // 2^53: every whole double below is exact
    guard let double = Double(String(decoding: token, as: UTF8.self)), double.isFinite else {
      output.append(contentsOf: token)
      return
    }
    if double.magnitude < exactWhole, double == double.rounded(.towardZero) {
      output.append(contentsOf: String(Int64(double)).utf8)
    } else {
      output.append(contentsOf: double.description.utf8)
    }
  }
}
