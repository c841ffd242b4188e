/// The names of the files in the log's directory. Any other name belongs to somebody else.
enum SegmentName {
  private static let digits = 20
  private static let suffix = ".klog"
  private static let sealingSuffix = ".sealing"

  /// Prepared for the next segments: all zero.
  static let spare = "spare"
  /// A spare that is being written.
  static let newSpare = "spare.new"

  static func of(_ firstSequence: UInt64) -> String {
    let number = "\(firstSequence)"
    return String(repeating: "0", count: digits - number.utf8.count) + number + suffix
  }

  /// Where the merged copy of a segment is written before it takes the segment's place.
  static func sealing(_ name: String) -> String { name + sealingSuffix }

  /// Where a torn tail is kept; the first has no number.
  static func torn(_ name: String, _ number: Int) -> String {
    number == 0 ? name + ".torn" : name + ".torn.\(number)"
  }

  /// The spare number `number`; more than one is needed only by a batch that fills segments.
  static func spare(_ number: Int) -> String { number == 0 ? spare : "\(spare).\(number)" }

  /// Nil unless `name` is the name of a segment.
  static func firstSequence(of name: String) -> UInt64? {
    let text = name.utf8
    guard text.count == digits + suffix.utf8.count, name.hasSuffix(suffix) else { return nil }
    let number = text.prefix(digits)
    guard number.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return UInt64(Substring(number))
  }

  /// The same for a segment or its merged copy.
  static func firstSequence(ofAnyForm name: String) -> UInt64? {
    firstSequence(
      of: name.hasSuffix(sealingSuffix) ? String(name.dropLast(sealingSuffix.utf8.count)) : name)
  }

  static func isSealing(_ name: String) -> Bool {
    name.hasSuffix(sealingSuffix) && firstSequence(ofAnyForm: name) != nil
  }

  /// `spare`, `spare.new` or `spare.<n>`; any other name belongs to somebody else.
  static func isSpare(_ name: String) -> Bool {
    if name == spare || name == newSpare { return true }
    guard name.hasPrefix("\(spare).") else { return false }
    let number = name.utf8.dropFirst(spare.utf8.count + 1)
    return !number.isEmpty
      && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
