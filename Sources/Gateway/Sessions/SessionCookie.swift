/// The cookies a session comes in. The first that is valid decides, in this order: the newer
/// generation before the older, then the name that browsers accept only over HTTPS.
enum SessionCookie: String, CaseIterable, Sendable {
  case secureAuthJS = "__Secure-authjs.session-token"
  case authJS = "authjs.session-token"
  case secureNextAuth = "__Secure-next-auth.session-token"
  case nextAuth = "next-auth.session-token"

  private static let chunkSeparator = UInt8(ascii: ".")

  /// Which piece of a session's token a cookie holds.
  enum Piece: Equatable {
    case whole
    case chunk(Int)
    /// A chunk whose number no library writes, such as `01` or `99`.
    case misnumbered
  }

  /// Nil if `name` is not this cookie, nor `<this cookie>.<digits>`.
  func piece(named name: ArraySlice<UInt8>) -> Piece? {
    guard name.starts(with: rawValue.utf8) else { return nil }
    let suffix = name.dropFirst(rawValue.utf8.count)
    guard let separator = suffix.first else { return .whole }
    let digits = suffix.dropFirst()
    let decimal = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard separator == Self.chunkSeparator, !digits.isEmpty,
      digits.allSatisfy(decimal.contains)
    else { return nil }
    guard digits.count == 1 || digits.first != decimal.lowerBound,
      let number = Int(String(decoding: digits, as: UTF8.self)), number < SessionLimits.chunks
    else { return .misnumbered }
    return .chunk(number)
  }
}
