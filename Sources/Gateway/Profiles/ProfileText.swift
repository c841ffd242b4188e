/// The kinds of text in a profile. `schemas/profile.schema.json` has each as a pattern.
struct ProfileText: Sendable {
  /// For a message: what is expected.
  let told: String
  let accepts: @Sendable (String.UTF8View) -> Bool

  static let name = ProfileText(
    told: "a lower-case letter, then lower-case letters, digits and '-', at most 64"
  ) { text in
    text.count <= 64 && text.first.map(isLower) == true
      && text.allSatisfy { isLower($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  static let keyPrefix = ProfileText(
    told: "a lower-case letter, then lower-case letters and digits, at most 32"
  ) { text in
    text.count <= 32 && text.first.map(isLower) == true
      && text.allSatisfy { isLower($0) || isDigit($0) }
  }

  static let operation = ProfileText(
    told: "a letter, then letters, digits, '.', '_', ':' and '-', at most 128"
  ) { text in
    text.count <= 128 && text.first.map(isLetter) == true
      && text.allSatisfy { isLetter($0) || isDigit($0) || "._:-".utf8.contains($0) }
  }

  /// `HEAD` counts as `GET` and would never be asked for.
  static let method = ProfileText(
    told: "a method in capitals, such as \"GET\" (which speaks of HEAD, too)"
  ) { text in
    isMethod(text) && !text.elementsEqual("HEAD".utf8)
  }

  static let headerName = ProfileText(told: "the name of a header, at most 128 characters") {
    (1...128).contains($0.count) && $0.allSatisfy(isToken)
  }

  static let headerValue = ProfileText(
    told: "visible ASCII, no space at either end, at most \(ProfileLimits.headerBytes)"
  ) { text in
    text.count <= ProfileLimits.headerBytes && text.first != 0x20
      && Array(text).last != 0x20 && text.allSatisfy { (0x20...0x7e).contains($0) }
  }

  /// Of the controls only those that lay a text out.
  static let body = ProfileText(
    told: "a text of at most \(ProfileLimits.bodyBytes) bytes without control characters"
  ) { text in
    text.count <= ProfileLimits.bodyBytes
      && text.allSatisfy { $0 >= 0x20 && $0 != 0x7f || [0x09, 0x0a, 0x0d].contains($0) }
  }

  static func isMethod(_ text: some Collection<UInt8>) -> Bool {
    guard let first = text.first, isUpper(first), text.count <= ProfileLimits.methodBytes else {
      return false
    }
    return text.allSatisfy { isUpper($0) || isDigit($0) || "-_".utf8.contains($0) }
  }

  /// RFC 9110, 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }

  static func isLetter(_ byte: UInt8) -> Bool { isLower(byte) || isUpper(byte) }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLower(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isUpper(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
