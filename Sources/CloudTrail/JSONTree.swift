internal import Foundation

/// A JSON object as Foundation's parser gives it: the values are `String`, `NSNumber`, `NSNull`,
/// `[Any]` and `JSONObject`.
///
/// The parser decides what is JSON. Beyond RFC 8259 it accepts a comma behind the last element; of
/// a name that occurs twice in an object (also in two spellings that Unicode holds for equal) it
/// keeps the last value. It refuses half a surrogate pair, a number beyond a double's range, and
/// more than 512 levels of nesting, which bounds the recursion of everything that walks a tree.
typealias JSONObject = [String: Any]

enum JSONTree {
  /// The most arrays and objects in a text: the parser takes up to 3 KiB for each. An event of
  /// AWS's 256 KiB has room for as many of 8 bytes, such as `{"a":1},`, but no use for them.
  static let mostContainers = 32_768

  /// Parses a whole text, repaired if need be (see `JSONRepair`). Takes about 15 times its size in
  /// memory for CloudTrail's records, and at most 100 MiB more than that for others.
  static func parse(_ text: [UInt8]) throws(EventProblem) -> Any {
    var scanner = ValueScanner()
    if case .bad(let problem) = scanner.scan(text, from: 0) { throw .notJSON(problem) }
    guard scanner.containers <= mostContainers else { throw .tooMany(mostContainers) }
    do throws(EventProblem) {
      return try parseStrictly(text)
    } catch {
      let repaired = JSONRepair.repaired(text)
      if repaired == text { throw error }
      return try parseStrictly(repaired)
    }
  }

  private static func parseStrictly(_ text: [UInt8]) throws(EventProblem) -> Any {
    do {
      return try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
    } catch {
      let told = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      throw .notJSON(told ?? error.localizedDescription)
    }
  }

  /// Rule 1: null, the empty string, and what AWS hides all mean "none".
  static func isNone(_ value: Any) -> Bool {
    switch value {
    case let text as String: text.isEmpty || text == "HIDDEN_DUE_TO_SECURITY_REASONS"
    // Asked before the class, because a cast of a container to a class first converts all of it.
    case is JSONObject, is [Any]: false
    default: value is NSNull
    }
  }

  /// The one text of a number: a whole one by its digits, however it was written; else the
  /// shortest text of the double, or all digits where the parser kept more than a double has.
  static func text(of number: NSNumber) -> String {
    let double = number.doubleValue
    let exactWhole = 9_007_199_254_740_992.0  // 2^53: every whole double below is exact
    let isDouble = number.objCType.pointee == CChar(bitPattern: UInt8(ascii: "d"))
    guard isDouble, !(number is NSDecimalNumber) else { return number.stringValue }
    return double.magnitude < exactWhole && double == double.rounded(.towardZero)
      ? String(Int64(double)) : double.description
  }

  /// Nil if it is a number. On Linux a boolean is an `NSNumber` too, and `as? Bool` succeeds for
  /// 0 and 1; only the encoding differs, and the parser encodes no number as a character.
  static func boolean(_ number: NSNumber) -> Bool? {
    guard number.objCType.pointee == CChar(bitPattern: UInt8(ascii: "c")) else { return nil }
    return number.boolValue
  }
}

extension JSONObject {
  func object(_ name: String) -> JSONObject? { self[name] as? JSONObject }

  /// The string, or nil by rule 1 or because it is no string.
  func string(_ name: String) -> String? {
    guard let text = self[name] as? String, !JSONTree.isNone(text) else { return nil }
    return text
  }

  /// A whole number, also where a pipeline made it a string.
  func integer(_ name: String) -> Int64? {
    if let text = string(name) { return Int64(text) }
    guard let number = self[name] as? NSNumber, JSONTree.boolean(number) == nil else { return nil }
    return Int64(JSONTree.text(of: number))
  }
}
