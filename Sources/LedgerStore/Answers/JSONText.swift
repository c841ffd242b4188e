internal import Ledger

/// Answers as JSON (RFC 8259), keys in the order of the columns.
package enum JSONText {
  package static func compact(_ value: Value) -> String {
    var text = ""
    append(value, to: &text, indent: nil)
    return text
  }

  package static func pretty(_ value: Value) -> String {
    var text = ""
    append(value, to: &text, indent: 0)
    return text
  }

  private static func append(_ value: Value, to text: inout String, indent: Int?) {
    switch value {
    case .null: text += "null"
    case .flag(let flag): text += flag ? "true" : "false"
    case .number(let number): text += String(number)
    case .decimal(let digits): text += digits
    case .text(let string): quote(string, to: &text)
    case .time, .zoned: quote(PlainText.of(value), to: &text)
    case .list(let values):
      append(values.map { ("", $0) }, named: false, to: &text, indent: indent)
    case .object(let row):
      append(row.columns.map { ($0.name, $0.value) }, named: true, to: &text, indent: indent)
    }
  }

  private static func append(
    _ members: [(String, Value)], named: Bool, to text: inout String, indent: Int?
  ) {
    text += named ? "{" : "["
    for (index, (name, value)) in members.enumerated() {
      if index > 0 { text += "," }
      if let indent { text += "\n" + String(repeating: "  ", count: indent + 1) }
      if named {
        quote(name, to: &text)
        text += indent == nil ? ":" : ": "
      }
      append(value, to: &text, indent: indent.map { $0 + 1 })
    }
    if let indent, !members.isEmpty { text += "\n" + String(repeating: "  ", count: indent) }
    text += named ? "}" : "]"
  }

  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// A value as plain text, for tables and CSV.
package enum PlainText {
  package static func of(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .flag(let flag): flag ? "true" : "false"
    case .number(let number): String(number)
    case .decimal(let digits): digits
    case .text(let text): text
    case .time(let time): time.rfc3339
    case .zoned(let time, let offset): zoned(time, offset)
    case .list, .object: JSONText.compact(value)
    }
  }

  private static func zoned(_ time: Timestamp, _ offset: Int) -> String {
    if offset == 0 { return time.rfc3339 }
    let local = time.adding(seconds: Int64(offset)).rfc3339.dropLast()
    let minutes = abs(offset) / 60
    let digits = [minutes / 60 / 10, minutes / 60 % 10, minutes % 60 / 10, minutes % 60 % 10]
      .map(String.init)
    return "\(local)\(offset < 0 ? "-" : "+")\(digits[0])\(digits[1]):\(digits[2])\(digits[3])"
  }
}
