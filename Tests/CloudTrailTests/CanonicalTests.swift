import CloudTrail
import Testing

@Suite("The canonical form")
struct CanonicalTests {
  private func canonical(_ changes: [String: String]) throws -> String {
    String(decoding: try event(changes).canonical, as: UTF8.self)
  }

  @Test("Names are sorted, none is left out, and the time has one name")
  func form() throws {
    let expected =
      #"{"eventID":"i","eventName":"n","eventSource":"s","eventTime":1000000,"#
      + #""list":[null,{},[]],"object":{"a":true,"b":{"c":1},"é":"x"}}"#
    let members = [
      #""eventSource":"s""#, #""eventName":"n""#, #""eventID":"i""#, #""errorCode":null"#,
      #""object":{"é":"x","b":{"d":"","c":1},"a":true,"z":null}"#, #""list":[null,{"a":null},[]]"#,
    ]
    for time in [
      #""eventTime":"1970-01-01T00:00:01Z""#, #""@timestamp":"1970-01-01T00:00:01.000Z""#,
    ] {
      for all in [[time] + members, members.reversed() + [time]] {
        let compact = "{" + all.joined(separator: ",") + "}"
        let spaced = "{\r\n  " + all.joined(separator: " ,\n\t") + "\n}\n"
        for text in [compact, spaced, "[\(compact)]", "{\"Records\":[\(spaced)]}"] {
          let event = try #require(try events(of: Array(text.utf8)).first)
          #expect(String(decoding: event.canonical, as: UTF8.self) == expected)
        }
      }
    }
  }

  @Test("The time has its place also where no name follows it")
  func lastName() throws {
    let text =
      #"{"eventID":"i","eventName":"n","eventSource":"s","@timestamp":"1970-01-01T00:00:00Z"}"#
    let event = try #require(try events(of: Array(text.utf8)).first)
    let expected = #"{"eventID":"i","eventName":"n","eventSource":"s","eventTime":0}"#
    #expect(String(decoding: event.canonical, as: UTF8.self) == expected)
  }

  @Test(
    "Texts that mean the same are the same",
    arguments: [
      (#""\u0041\/\ud83d\ude00""#, #""A/😀""#), (#""\u00e9""#, #""é""#),
      (#""\ud800\udc00""#, #""𐀀""#),
      (#""a\"b\\c""#, #""a\u0022b\u005cc""#), (#""\n\t\u0000""#, #""\u000A\u0009\u0000""#),
      (#"{"\u0061":1}"#, #"{"a":1}"#), ("1.0", "1"), ("-0", "0"), ("1e3", "1000"),
      ("1.50", "15e-1"), ("-0.0", "0"), ("{\"a\":null}", "{}"), ("0.1", "1e-1"),
      (#"{"a":1,"a":2}"#, #"{"a":2}"#), ("[1,]", "[1]"),
    ])
  func same(one: String, other: String) throws {
    #expect(try canonical(["extra": one]) == canonical(["extra": other]))
  }

  @Test(
    "Texts that mean something else are different",
    arguments: [
      (#""a""#, #""b""#), ("1", #""1""#), ("true", "false"), ("true", "1"), ("false", "0"),
      ("[1,2]", "[2,1]"), ("[]", "{}"),
      ("9007199254740993", "9007199254740992"),
      ("18446744073709551615", "18446744073709551614"),
      ("123456789012345678901234567890", "123456789012345678901234567891"),
      ("0.1", "0.10000000000000002"),
      ("[null]", "[]"), (#""\u0000""#, #""\\u0000""#), (#"{"a":"b"}"#, #"{"a":"b\",\"c\":\"d"}"#),
    ])
  func different(one: String, other: String) throws {
    #expect(try canonical(["extra": one]) != canonical(["extra": other]))
  }

  @Test(
    "Numbers and booleans are written in one way",
    arguments: [
      ("true", "true"), ("[false,0,1]", "[false,0,1]"), ("1e3", "1000"), ("-0.0", "0"),
      ("-9223372036854775808", "-9223372036854775808"),
      ("18446744073709551615", "18446744073709551615"),
      ("18446744073709551616", "18446744073709551616"),
      ("9007199254740993", "9007199254740993"), ("0.1", "0.1"), ("1e-7", "1e-07"),
      ("1e300", "1e+300"),
    ])
  func numbers(text: String, written: String) throws {
    #expect(try canonical(["zzz": text]).hasSuffix(#","zzz":\#(written)}"#))
  }

  @Test("Names are sorted by their bytes, not as words")
  func bytewise() throws {
    let text = #"{"b":1,"é":1,"Z":1,"a":1,"\ue000":1,"😀":1,"aa":1}"#
    let sorted = #"{"Z":1,"a":1,"aa":1,"b":1,"é":1,"\#u{E000}":1,"😀":1}"#
    #expect(try canonical(["zzz": text]).hasSuffix(#","zzz":\#(sorted)}"#))
  }

  @Test("Every part of the event counts, request parameters too")
  func complete() throws {
    let plain = try event()
    for name in ["eventID", "eventName", "requestParameters", "x"] {
      #expect(try event([name: #""other""#]).canonical != plain.canonical)
    }
    #expect(try event().canonical == plain.canonical)
    #expect(try event(["x": "null"]).canonical == plain.canonical)
  }
}
