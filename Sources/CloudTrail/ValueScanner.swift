/// Finds where a JSON value ends, in a text that arrives piece by piece. It knows strings with
/// their escapes and how brackets nest, and holds nothing of the value.
///
/// What it takes for a value need not be one (`[1 2]`, `tru`): whoever uses a value parses it. But
/// where a text is JSON, its values end where this says. O(1) for each byte.
struct ValueScanner {
  /// The most arrays and objects within each other; what `JSONTree` can parse.
  static let deepest = 512

  enum Outcome {
    /// The piece ended first.
    case more
    /// The value ends before this index of the piece.
    case ended(Int)
    case bad(String)
  }

  private enum Place {
    case before, scalar, string, escape, betweenTokens
  }

  private var place = Place.before
  /// How each open array and object must end.
  private var closers: [UInt8] = []

  /// How many arrays and objects there were.
  private(set) var containers = 0

  /// Goes on from `start` of the piece.
  mutating func scan(_ piece: [UInt8], from start: Int) -> Outcome {
    let bytes = piece.span
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      switch place {
      case .escape: place = .string
      case .string:
        if byte == UInt8(ascii: "\\") {
          place = .escape
        } else if byte == UInt8(ascii: "\"") {
          place = .betweenTokens
          if closers.isEmpty { return .ended(index + 1) }
        }
      case .scalar:
        if ValueScanner.isDelimiter(byte) { return .ended(index) }
      case .before where TextBuffer.isSpace(byte): break
      case .before where ValueScanner.isDelimiter(byte) && !ValueScanner.isOpening(byte):
        return .bad("a value is missing")
      case .before, .betweenTokens:
        if let outcome = token(byte, behind: index + 1) { return outcome }
      }
      index += 1
    }
    return .more
  }

  /// A byte outside of strings and, at the top, of scalars.
  private mutating func token(_ byte: UInt8, behind end: Int) -> Outcome? {
    switch byte {
    case UInt8(ascii: "\""): place = .string
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard closers.count < ValueScanner.deepest else {
        return .bad("more than \(ValueScanner.deepest) levels of nesting")
      }
      containers += 1
      closers.append(byte == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
      place = .betweenTokens
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard closers.popLast() == byte else { return .bad("brackets that do not match") }
      if closers.isEmpty { return .ended(end) }
    default: if closers.isEmpty { place = .scalar }
    }
    return nil
  }

  private static func isOpening(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "\"")
  }

  private static func isDelimiter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "]"), UInt8(ascii: "}"): true
    default: isOpening(byte) || TextBuffer.isSpace(byte)
    }
  }
}
