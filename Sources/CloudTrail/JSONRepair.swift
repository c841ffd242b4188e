/// Makes readable what a client may have written into its request and the parser refuses, so that
/// nobody can keep a file out of the record by a choice of words:
///
/// - half a surrogate pair, such as `\ud83d` without `\ude00` behind it, becomes `\ufffd`
/// - a number beyond a double's range, such as `1E400`, becomes a string of its text
///
/// Only for a text that was refused. O(n).
struct JSONRepair {
  private let text: [UInt8]
  private var output: [UInt8] = []
  private var index = 0

  /// The same text if there is nothing to repair.
  static func repaired(_ text: [UInt8]) -> [UInt8] {
    var repair = JSONRepair(text: text)
    repair.run()
    return repair.output
  }

  private init(text: [UInt8]) {
    self.text = text
    output.reserveCapacity(text.count)
  }

  private mutating func run() {
    var isInString = false
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        isInString.toggle()
        copy(1)
      case UInt8(ascii: "\\") where isInString: escape()
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isInString { copy(1) } else { number() }
      default: copy(1)
      }
    }
  }

  private mutating func copy(_ count: Int) {
    let end = min(index + count, text.count)
    output += text[index..<end]
    index = end
  }

  private static let shortEscape = 2  // \n
  private static let unicodeEscape = 6  // \u000a

  private mutating func escape() {
    guard let unit = codeUnit(at: index) else { return copy(JSONRepair.shortEscape) }
    let next = codeUnit(at: index + JSONRepair.unicodeEscape)
    if UTF16.isLeadSurrogate(unit), let next, UTF16.isTrailSurrogate(next) {
      copy(2 * JSONRepair.unicodeEscape)
    } else if UTF16.isLeadSurrogate(unit) || UTF16.isTrailSurrogate(unit) {
      output += "\\ufffd".utf8
      index += JSONRepair.unicodeEscape
    } else {
      copy(JSONRepair.unicodeEscape)
    }
  }

  /// What `\uxxxx` at this place stands for; nil if there is no such escape.
  private func codeUnit(at start: Int) -> UInt16? {
    let end = start + JSONRepair.unicodeEscape
    guard end <= text.count, text[start] == UInt8(ascii: "\\"),
      text[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for byte in text[(start + 2)..<end] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private mutating func number() {
    let digits = text[index...].prefix { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        true
      default: false
      }
    }
    let isBeyond = Double(String(decoding: digits, as: UTF8.self))?.isInfinite == true
    if isBeyond { output.append(UInt8(ascii: "\"")) }
    copy(digits.count)
    if isBeyond { output.append(UInt8(ascii: "\"")) }
  }
}
