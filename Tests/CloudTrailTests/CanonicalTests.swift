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
      (#""\ud800x""#, #""�x""#), (#""\ud800\ud800\udc00""#, #""�𐀀""#),
      (#""a\"b\\c""#, #""a\u0022b\u005cc""#), (#""\n\t\u0000""#, #""\u000A\u0009\u0000""#),
      (#"{"\u0061":1}"#, #"{"a":1}"#), ("1.0", "1"), ("-0", "0"), ("1e3", "1000"),
      ("1.50", "15e-1"), ("1E400", "1E400"), ("-0.0", "0"), ("{\"a\":null}", "{}"),
    ])
  func same(one: String, other: String) throws {
    #expect(try canonical(["extra": one]) == canonical(["extra": other]))
  }

  @Test(
    "Texts that mean something else are different",
    arguments: [
      (#""a""#, #""b""#), ("1", #""1""#), ("true", "false"), ("[1,2]", "[2,1]"), ("[]", "{}"),
      ("9007199254740993", "9007199254740992"), ("0.1", "0.10000000000000002"),
      ("[null]", "[]"), (#""\u0000""#, #""\\u0000""#), (#"{"a":"b"}"#, #"{"a":"b\",\"c\":\"d"}"#),
    ])
  func different(one: String, other: String) throws {
    #expect(try canonical(["extra": one]) != canonical(["extra": other]))
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
