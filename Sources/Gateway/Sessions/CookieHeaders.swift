/// The session cookies in the `Cookie` headers of a request (RFC 6265 section 4.2): pairs
/// `name=value`, separated by semicolons, with blanks around that mean nothing.
struct CookieHeaders {
  private(set) var sessions: [SessionCookie: SessionPieces] = [:]

  /// Nil if there is more than is examined (see `SessionLimits`).
  init?(_ headers: [String]) {
    guard headers.count <= SessionLimits.cookies else { return nil }
    var bytes = 0
    for header in headers { bytes += header.utf8.count }
    guard bytes <= SessionLimits.cookieBytes else { return nil }
    var examined = 0
    for header in headers {
      let pairs = [UInt8](header.utf8).split(
        separator: UInt8(ascii: ";"), maxSplits: SessionLimits.cookies - examined,
        omittingEmptySubsequences: false)
      examined += pairs.count
      guard examined <= SessionLimits.cookies else { return nil }
      for pair in pairs { add(pair) }
    }
  }

  /// A cookie without `=` has no name, so that it is none of ours.
  private mutating func add(_ pair: ArraySlice<UInt8>) {
    guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return }
    let name = Self.trimmed(pair[..<equals])
    for cookie in SessionCookie.allCases {
      guard let piece = cookie.piece(named: name) else { continue }
      let value = Self.value(Self.trimmed(pair[(equals + 1)...]))
      sessions[cookie, default: SessionPieces()].add(piece, value)
      return
    }
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    let start = text.drop(while: isBlank)
    guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start }
    return start[...last]
  }

  /// Without the quotes and the percent-encoding that proxies add. Nil for half an escape.
  private static func value(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let quote = UInt8(ascii: "\"")
    let isQuoted = text.count >= 2 && text.first == quote && text.last == quote
    let inner = isQuoted ? text.dropFirst().dropLast() : text
    let escape = UInt8(ascii: "%")
    guard inner.contains(escape) else { return [UInt8](inner) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(inner.count)
    var place = inner.startIndex
    while place < inner.endIndex {
      if inner[place] != escape {
        decoded.append(inner[place])
        place += 1
        continue
      }
      guard inner.endIndex - place >= 3, let high = hexDigit(inner[place + 1]),
        let low = hexDigit(inner[place + 2])
      else { return nil }
      decoded.append(high << 4 | low)
      place += 3
    }
    return decoded
  }

  private static func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
