internal import Foundation
internal import Gateway
internal import Testing

@Suite("What a session says of its user")
struct SessionClaimTests {
  static func session(_ content: some Sequence<UInt8>) -> [PresentedSession] {
    ["authjs.session-token", "next-auth.session-token"].map { cookie in
      SessionHostileTests.session(SessionForge(cookie: cookie, content: Data(content)))
    }
  }

  static func both(_ session: PresentedSession) -> [PresentedSession] { [session, session] }

  @Test(
    "Claims without a user and a numeric end are invalid",
    arguments: [
      "", " ", "{}", "[]", "null", "true", "7", "\"user\"", "{", #"{"sub":"a"}"#, #"{"exp":1}"#,
      #"{"sub":"","exp":1}"#, #"{"sub":null,"exp":1}"#, #"{"sub":7,"exp":1}"#,
      #"{"sub":["a"],"exp":1}"#, #"{"sub":"a","exp":null}"#, #"{"sub":"a","exp":"1"}"#,
      #"{"sub":"a","exp":true}"#, #"{"sub":"a","exp":[1]}"#, #"{"sub":"a","exp":NaN}"#,
      #"{"sub":"a","exp":Infinity}"#, #"{"sub":"a","exp":1,"jti":7}"#,
      #"[{"sub":"a","exp":1}]"#, #"{"sub":"a","exp":1} x"#, #"{"sub":"a","exp":1"#,
      #"{"SUB":"a","exp":1}"#, #"{"sub":"\ud800","exp":1}"#, #"{"user":{"sub":"a","exp":1}}"#,
    ])
  func incomplete(content: String) {
    #expect(Self.session(content.utf8) == Self.both(.invalid))
  }

  @Test(
    "An end beyond the calendar is invalid, and overflows nothing",
    arguments: [
      "253402300800", "-62135596801", "9223372036854775807", "9223372036854775808",
      "-9223372036854775808", "18446744073709551616", "1e19", "1e300", "-1e300", "1e999",
      "-1e999", "1e99999999999999999999", "123456789012345678901234567890123456789012345678901",
    ])
  func absurdEnd(end: String) {
    #expect(Self.session(#"{"sub":"a","exp":\#(end)}"#.utf8) == Self.both(.invalid))
  }

  @Test(
    "An end is told in whole seconds, rounded down",
    arguments: [
      ("0", 0), ("-0.0", 0), ("1700000000.999", 1_700_000_000), ("-0.5", -1),
      ("1e9", 1_000_000_000),
      ("4102444800.0", 4_102_444_800), ("253402300799", 253_402_300_799),
      ("-62135596800", -62_135_596_800), ("0.00000000000000000000000000000000000001", 0),
    ])
  func end(text: String, seconds: Int64) {
    #expect(
      Self.session(#"{"exp":\#(text),"sub":"a"}"#.utf8)
        == Self.both(.valid(user: "a", id: nil, expires: seconds)))
  }

  @Test("The user and the identifier are told as they are; an absent one is none")
  func texts() {
    let content = #"{"name":{"sub":"b"},"sub":"Zo\u00eb \"\ud83d\udd11\" /","exp":1,"jti":"j 1"}"#
    #expect(
      Self.session(content.utf8)
        == Self.both(.valid(user: "Zoë \"\u{1F511}\" /", id: "j 1", expires: 1)))
    #expect(
      Self.session(#"{"sub":"a","exp":1,"jti":null}"#.utf8)
        == Self.both(.valid(user: "a", id: nil, expires: 1)))
    #expect(
      Self.session(Array(#"{"exp":1,"sub":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
        == Self.both(.invalid))
  }

  @Test("Content nested as deeply as a token holds is invalid", arguments: ["[", #"{"a":"#])
  func deep(bracket: String) {
    let content = String(repeating: bracket, count: 11_000 / bracket.utf8.count)
    #expect(Self.session(content.utf8) == Self.both(.invalid))
    let claims = #"{"sub":"a","exp":1,"x":\#(content)"#
    #expect(Self.session(claims.utf8) == Self.both(.invalid))
  }
}
