internal import Foundation
internal import Gateway
internal import Testing

@Suite("Session tokens made to deceive or to cost")
struct SessionHostileTests {
  static let nextAuth = "next-auth.session-token"
  static let verifier = SessionVerifier(secrets: ["keyledger-test-secret"])

  static func session(_ token: String, in cookie: String) -> PresentedSession {
    verifier.session(cookieHeaders: ["\(cookie)=\(token)"])
  }

  static func session(_ forge: SessionForge) -> PresentedSession {
    session(forge.token, in: forge.cookie)
  }

  /// Encrypted with the right key, so that only the header stands against them.
  @Test(
    "A header that asks for anything but the two known encryptions is invalid",
    arguments: [
      #"{"alg":"dir","enc":"ENC","zip":"DEF"}"#, #"{"alg":"dir","enc":"ENC","zip":null}"#,
      #"{"alg":"dir","enc":"ENC","crit":["exp"],"exp":1}"#,
      #"{"alg":"dir","enc":"ENC","crit":[]}"#, #"{"alg":"dir","enc":"ENC","crit":null}"#,
      #"{"alg":"PBES2-HS512+A256KW","enc":"ENC","p2c":2147483647,"p2s":"AAAA"}"#,
      #"{"alg":"A256KW","enc":"ENC"}"#, #"{"alg":"none","enc":"ENC"}"#,
      #"{"alg":"DIR","enc":"ENC"}"#, #"{"alg":"","enc":"ENC"}"#, #"{"alg":null,"enc":"ENC"}"#,
      #"{"alg":["dir"],"enc":"ENC"}"#, #"{"enc":"ENC"}"#, #"{"alg":"dir"}"#,
      #"{"alg":"dir","enc":null}"#, #"{"alg":"dir","enc":"A128GCM"}"#,
      #"{"alg":"dir","enc":"A192GCM"}"#, #"{"alg":"dir","enc":"A128CBC-HS256"}"#,
      #"{"alg":"dir","enc":"OTHER"}"#, #"{"alg":"dir","enc":"ENC","kid":7}"#,
      #"{"alg":"dir","enc":"ENC","kid":""}"#, "", "{", "[]", "null", "\"dir\"", "{}", "7",
      #"{"alg":"dir","enc":"ENC"}x"#,
    ])
  func header(text: String) {
    for cookie in ["authjs.session-token", Self.nextAuth] {
      var forge = SessionForge(cookie: cookie)
      let (own, other) =
        forge.isAuthJS ? ("A256CBC-HS512", "A256GCM") : ("A256GCM", "A256CBC-HS512")
      forge.header = text.replacingOccurrences(of: "ENC", with: own)
        .replacingOccurrences(of: "OTHER", with: other)
      // NextAuth 4 does not read a key's name, so that there an empty one is any other.
      let isUnread = !forge.isAuthJS && text.contains(#""kid":"""#)
      #expect(Self.session(forge) == (isUnread ? SessionVerifierTests.valid : .invalid), "\(text)")
    }
  }

  @Test("A header of 1 KiB is read; a longer one, or one nested to the limit, is invalid")
  func headerSize() {
    func padded(to size: Int) -> SessionForge {
      let start = #"{"alg":"dir","enc":"A256CBC-HS512","x":""#
      return SessionForge(
        header: start + String(repeating: "x", count: size - start.utf8.count - 2) + #""}"#)
    }
    #expect(Self.session(padded(to: 1_024)) == SessionVerifierTests.valid)
    #expect(Self.session(padded(to: 1_025)) == .invalid)
    #expect(Self.session(padded(to: 9_000)) == .invalid)
    for bracket in ["[", #"{"x":"#] {
      let deep = #"{"x":"# + String(repeating: bracket, count: 1_000 / bracket.utf8.count)
      #expect(Self.session(SessionForge(header: deep)) == .invalid)
    }
  }

  @Test(
    "A token that has not five parts, or an encrypted key, is invalid",
    arguments: ["authjs.session-token", nextAuth])
  func parts(cookie: String) {
    let parts = SessionForge(cookie: cookie).parts()
    #expect(Self.session(parts.joined(separator: "."), in: cookie) == SessionVerifierTests.valid)
    let wrong = [
      Array(parts.dropLast()), parts + [""], parts + ["AA"], [""] + parts, Array(parts.reversed()),
      [parts[0], "AAAA"] + parts[2...], [parts[0]] + parts[2...],
    ]
    for changed in wrong + [[], [""], Array(repeating: "", count: 5)] {
      #expect(Self.session(changed.joined(separator: "."), in: cookie) == .invalid)
    }
    let dots = String(repeating: ".", count: 16_384)
    #expect(Self.session(dots, in: cookie) == .invalid)
    for place in parts.indices where place != 1 {
      for suffix in ["=", "==", "A", "AA", "AAA", " x", "+", "/", "%20", "%0A", "\u{E4}"] {
        var changed = parts
        changed[place] += suffix
        #expect(Self.session(changed.joined(separator: "."), in: cookie) == .invalid)
      }
      var emptied = parts
      emptied[place] = ""
      #expect(Self.session(emptied.joined(separator: "."), in: cookie) == .invalid)
    }
  }

  @Test("A tag that is cut, or whole where half is meant, is invalid; so is another vector's size")
  func sizes() throws {
    for cookie in ["authjs.session-token", Self.nextAuth] {
      let parts = SessionForge(cookie: cookie).parts()
      for (place, whole) in [(2, parts[2]), (4, parts[4])] {
        let bytes = try #require(SessionForge.bytes(base64URL: whole))
        for count in 0..<bytes.count {
          var cut = parts
          cut[place] = SessionForge.base64URL(bytes.prefix(count))
          #expect(Self.session(cut.joined(separator: "."), in: cookie) == .invalid)
        }
        for count in [1, 4, 16, 32, 48] {
          var longer = parts
          longer[place] = SessionForge.base64URL(bytes + Data(count: count))
          #expect(Self.session(longer.joined(separator: "."), in: cookie) == .invalid)
        }
      }
    }
    let forge = SessionForge()
    var parts = forge.parts()
    let vector = try #require(SessionForge.bytes(base64URL: parts[2]))
    let text = try #require(SessionForge.bytes(base64URL: parts[3]))
    parts[4] = SessionForge.base64URL(forge.tag(head: parts[0], vector: vector, text: text))
    #expect(Self.session(parts.joined(separator: "."), in: forge.cookie) == .invalid)
  }

  @Test("A vector longer than JWE has it is invalid under a right tag", arguments: [13, 16, 32])
  func longVector(count: Int) {
    #expect(Self.session(SessionForge(cookie: Self.nextAuth)) == SessionVerifierTests.valid)
    let longer = SessionForge(cookie: Self.nextAuth, nonceByteCount: count)
    #expect(Self.session(longer) == .invalid)
  }

  /// The content is 43 characters; five bytes fill the block. Tabs behind JSON mean nothing, so
  /// that only the padding's own form stands against them.
  @Test(
    "Wrong padding under a right tag is invalid",
    arguments: [0, 2, 3, 4, 5, 6, 15, 16, 17, 128, 255] as [UInt8])
  func padding(last: UInt8) {
    func padded(_ padding: [UInt8]) -> PresentedSession {
      let forge = SessionForge(content: SessionForge().content + Data(padding))
      return Self.session(forge.parts(pad: false).joined(separator: "."), in: forge.cookie)
    }
    #expect(padded([9, 9, 9, 9, last]) == .invalid)
    #expect(padded([9, 9, 9, 9, 1]) == SessionVerifierTests.valid)
    #expect(padded([5, 5, 5, 5, 5]) == SessionVerifierTests.valid)
  }

  @Test("A text that is no whole number of blocks is invalid under a right tag")
  func ragged() {
    let forge = SessionForge()
    let head = SessionForge.base64URL(Data(forge.usualHeader.utf8))
    for count in [0, 1, 15, 17, 31] {
      let vector = Data(0..<16)
      let text = Data(count: count)
      let tag = forge.tag(head: head, vector: vector, text: text).prefix(32)
      let parts = [vector, text, Data(tag)].map(SessionForge.base64URL)
      let token = ([head, ""] + parts).joined(separator: ".")
      #expect(Self.session(token, in: forge.cookie) == .invalid)
    }
  }
}
