internal import Foundation
internal import Ledger

/// The canonical form of an event, for comparing one that arrives again in another file:
///
/// - members sorted by the UTF-8 bytes of their names, no white space
/// - members that mean "none" by rule 1 left out, at every level; in an array they are `null`,
///   since a place in an array says something
/// - `eventTime` and `@timestamp` replaced by one `eventTime`, a whole number of microseconds
///   since 1970 UTC
/// - strings in UTF-8 with `\"`, `\\` and `\u00xx` as the only escapes
/// - numbers as `JSONTree.text(of:)` writes them
///
/// Written here, because `JSONSerialization` takes over ten times as long to write a tree sorted
/// as to read it.
struct CanonicalJSON {
  private var output: [UInt8] = []

  /// O(n log n) in the members of an object.
  static func event(_ record: JSONObject, happened: Timestamp) -> [UInt8] {
    var record = record
    record["@timestamp"] = nil
    record["eventTime"] = NSNumber(value: happened.microseconds)
    var writer = CanonicalJSON()
    let typicalBytes = 2 << 10
    writer.output.reserveCapacity(typicalBytes)
    writer.object(record)
    return writer.output
  }

  private mutating func value(_ value: Any) {
    switch value {
    case let text as String: string(text)
    case let object as JSONObject: self.object(object)
    case let array as [Any]: self.array(array)
    case let number as NSNumber:
      switch JSONTree.boolean(number) {
      case true: literal("true")
      case false: literal("false")
      case nil: literal(JSONTree.text(of: number))
      }
    default: literal("null")
    }
  }

  private mutating func object(_ object: JSONObject) {
    let names = object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    output.append(UInt8(ascii: "{"))
    var isFirst = true
    for name in names {
      guard let member = object[name], !JSONTree.isNone(member) else { continue }
      if !isFirst { output.append(UInt8(ascii: ",")) }
      isFirst = false
      string(name)
      output.append(UInt8(ascii: ":"))
      value(member)
    }
    output.append(UInt8(ascii: "}"))
  }

  private mutating func array(_ array: [Any]) {
    output.append(UInt8(ascii: "["))
    for (index, element) in array.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if JSONTree.isNone(element) { literal("null") } else { value(element) }
    }
    output.append(UInt8(ascii: "]"))
  }

  private mutating func literal(_ text: String) { output.append(contentsOf: text.utf8) }

  private mutating func string(_ text: String) {
    output.append(UInt8(ascii: "\""))
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain { literal(text) } else { escaped(text) }
    output.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): literal("\\\"")
      case UInt8(ascii: "\\"): literal("\\\\")
      case 0..<0x20:
        literal(byte < 0x10 ? "\\u000" : "\\u001")
        literal(String(byte & 0x0F, radix: 16))
      default: output.append(byte)
      }
    }
  }
}
