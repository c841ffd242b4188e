internal import Foundation
internal import Gateway
internal import Testing

@Suite("How a session's cookies are read")
struct SessionCookieTests {
  static let name = "authjs.session-token"
  static let valid = SessionVerifierTests.valid
  static let verifier = SessionVerifier(secrets: ["keyledger-test-secret"])
  static let token = SessionForge().token

  static func session(_ headers: String...) -> PresentedSession {
    verifier.session(cookieHeaders: headers)
  }

  /// The token in `count` pieces of about one size.
  static func pieces(_ count: Int, of token: String = token) -> [String] {
    let characters = Array(token)
    let bounds = (0...count).map { characters.count * $0 / count }
    return zip(bounds, bounds.dropFirst()).map { String(characters[$0..<$1]) }
  }

  static func chunks(_ count: Int, of token: String = token) -> [String] {
    pieces(count, of: token).enumerated().map { "\(name).\($0)=\($1)" }
  }

  @Test(
    "A request without a session cookie has none",
    arguments: [
      [], [""], [";;; ;"], ["theme=dark; lang=en"], ["authjs.csrf-token=a"],
      ["authjs.session-token"], ["xauthjs.session-token=a"], ["Authjs.session-token=a"],
      ["authjs.session-tokens=a"], ["authjs.session-token.=a"], ["authjs.session-token.x=a"],
      ["authjs.session-token.0x=a"], ["authjs.session-token.-1=a"], ["__Host-authjs=a"],
      ["a=authjs.session-token=b"], ["__secure-authjs.session-token=a"],
    ])
  func noSession(headers: [String]) {
    #expect(Self.verifier.session(cookieHeaders: headers) == .none)
  }

  @Test("A session is found among other cookies, in any header, with blanks around")
  func amongOthers() {
    let cookie = "\(Self.name)=\(Self.token)"
    #expect(Self.session("theme=dark;\(cookie);lang=en") == Self.valid)
    #expect(Self.session("theme=dark", " \t\(Self.name) =\t \(Self.token) ; a") == Self.valid)
    #expect(Self.session(";;=; =x; \(cookie)") == Self.valid)
    #expect(Self.session("a=\u{1F511}; \(cookie)") == Self.valid)
  }

  @Test("A value may be quoted, percent-encoded or both, by a proxy")
  func encodedValues() {
    let encoded = Self.token.utf8.map { String(format: "%%%02x", $0) }.joined()
    let dots = Self.token.replacingOccurrences(of: ".", with: "%2E")
    for value in ["\"\(Self.token)\"", encoded, encoded.uppercased(), dots, "\"\(dots)\""] {
      #expect(Self.session("\(Self.name)=\(value)") == Self.valid)
    }
    for value in [
      "\"\(Self.token)", "\(Self.token)\"", "'\(Self.token)'", "\"", "\"\"", "", "%", "%4", "%zz",
      "\(Self.token)%", "\(Self.token)%2", "\(Self.token)%0g", "%22\(Self.token)%22",
      dots.replacingOccurrences(of: "%", with: "%25"), "\(Self.token)%00", "\(Self.token)%20",
      "\(Self.token)\u{0}", "\(Self.token)\n", "\(Self.token),", "\(Self.token) x",
    ] {
      #expect(Self.session("\(Self.name)=\(value)") == .invalid, "\(value.suffix(4))")
    }
  }

  @Test("The same cookie twice is one; with two values it is invalid")
  func twice() {
    let cookie = "\(Self.name)=\(Self.token)"
    #expect(Self.session(cookie, cookie) == Self.valid)
    #expect(Self.session("\(cookie); \(Self.name)=\"\(Self.token)\"") == Self.valid)
    #expect(Self.session("\(cookie); \(Self.name)=x") == .invalid)
    #expect(Self.session("\(Self.name)=x", cookie) == .invalid)
    #expect(Self.session("\(Self.name)=", cookie) == .invalid)
    #expect(Self.session("\(Self.name)=%", cookie) == .invalid)
    let other = SessionForge(content: Data(#"{"sub":"eve","exp":4102444800}"#.utf8)).token
    #expect(Self.session("\(Self.name)=\(other)", cookie) == .invalid)
  }

  @Test("Chunks are joined by number, in whatever order and headers they come", arguments: 1...16)
  func chunkOrder(count: Int) {
    let chunks = Self.chunks(count)
    #expect(Self.session(chunks.joined(separator: "; ")) == Self.valid)
    #expect(Self.verifier.session(cookieHeaders: chunks.reversed()) == Self.valid)
    for turn in chunks.indices {
      let turned = Array(chunks[turn...] + chunks[..<turn])
      #expect(Self.verifier.session(cookieHeaders: turned + ["theme=dark"]) == Self.valid)
    }
    #expect(Self.verifier.session(cookieHeaders: chunks.sorted()) == Self.valid)
  }

  @Test("A chunk that is missing makes the session invalid", arguments: 2...16)
  func missingChunk(count: Int) {
    for missing in 0..<count {
      var chunks = Self.chunks(count)
      chunks.remove(at: missing)
      #expect(Self.verifier.session(cookieHeaders: chunks) == .invalid)
    }
  }

  @Test("Chunks that contradict each other, or have odd numbers, make the session invalid")
  func oddChunks() {
    let chunks = Self.chunks(3)
    let whole = "\(Self.name)=\(Self.token)"
    #expect(Self.verifier.session(cookieHeaders: chunks + [chunks[1]]) == Self.valid)
    for odd in [
      "\(Self.name).1=x", "\(Self.name).01=x", "\(Self.name).00=", "\(Self.name).3=x",
      "\(Self.name).4=", "\(Self.name).16=x", "\(Self.name).99999999999999999999999=x", whole,
    ] {
      #expect(Self.verifier.session(cookieHeaders: chunks + [odd]) == .invalid, "\(odd)")
      #expect(Self.verifier.session(cookieHeaders: [odd] + chunks) == .invalid, "\(odd)")
    }
    #expect(Self.verifier.session(cookieHeaders: Self.chunks(17)) == .invalid)
    let swapped = zip([1, 0, 2], Self.pieces(3)).map { "\(Self.name).\($0)=\($1)" }
    #expect(Self.verifier.session(cookieHeaders: swapped) == .invalid)
    let padded = Self.pieces(3).enumerated().map { "\(Self.name).0\($0)=\($1)" }
    #expect(Self.verifier.session(cookieHeaders: padded) == .invalid)
    let shifted = Self.pieces(3).enumerated().map { "\(Self.name).\($0 + 1)=\($1)" }
    #expect(Self.verifier.session(cookieHeaders: shifted) == .invalid)
  }

  @Test("A token of 16 KiB is read, in chunks too, and a longer one is invalid")
  func tokenLimit() {
    func token(contentBytes: Int) -> String {
      let start = #"{"sub":"user_1","exp":4102444800,"jti":"j","x":""#
      let filler = String(repeating: "x", count: contentBytes - start.utf8.count - 2)
      return SessionForge(content: Data((start + filler + #""}"#).utf8)).token
    }
    // Base64 of whole blocks of 16 bytes; the blocks are counted so that only one fits.
    let fits = token(contentBytes: 12_095)
    let long = token(contentBytes: 12_191)
    #expect((16_300...16_384).contains(fits.utf8.count), "\(fits.utf8.count)")
    #expect((16_385...16_500).contains(long.utf8.count), "\(long.utf8.count)")
    #expect(Self.session("\(Self.name)=\(fits)") == Self.valid)
    #expect(Self.session("\(Self.name)=\(long)") == .invalid)
    #expect(Self.verifier.session(cookieHeaders: Self.chunks(5, of: fits)) == Self.valid)
    #expect(Self.verifier.session(cookieHeaders: Self.chunks(5, of: long)) == .invalid)
  }

  @Test("Cookies of 64 KiB are read; with one byte more the request's session is invalid")
  func byteLimit() {
    let cookie = "\(Self.name)=\(Self.token);"
    let filler = String(repeating: "x", count: 65_536 - cookie.utf8.count)
    #expect(Self.session(cookie + filler) == Self.valid)
    #expect(Self.session(cookie, filler) == Self.valid)
    #expect(Self.session(cookie + filler + "x") == .invalid)
    #expect(Self.session(cookie, filler, "x") == .invalid)
  }

  @Test("Of 4,096 cookies the last one is read; with one more the session is invalid")
  func cookieLimit() {
    let cookie = "\(Self.name)=\(Self.token)"
    let others = String(repeating: "a=b;", count: 4_095)
    #expect(Self.session(others + cookie) == Self.valid)
    #expect(Self.session(cookie + ";" + others) == .invalid)
    #expect(Self.session(others + cookie, "a") == .invalid)
    #expect(Self.session(others + others) == .invalid)
    let empty = [String](repeating: "", count: 4_095)
    #expect(Self.verifier.session(cookieHeaders: empty + [cookie]) == Self.valid)
    #expect(Self.verifier.session(cookieHeaders: empty + [cookie, ""]) == .invalid)
  }
}
