import CloudTrail
import Testing

/// What a client chooses must not keep a file out of the record.
@Suite("Repair of what the parser refuses")
struct RepairTests {
  @Test(
    "Half a surrogate pair becomes U+FFFD",
    arguments: [
      (#"\ud83d"#, "\u{FFFD}"), (#"\udc00"#, "\u{FFFD}"), (#"\uD83D\uDE00"#, "😀"),
      (#"a\uDBFF"#, "a\u{FFFD}"), (#"\ud800x"#, "\u{FFFD}x"), (#"\ud800\n"#, "\u{FFFD}\n"),
      (#"\ud800\\"#, "\u{FFFD}\\"), (#"\ud800\u0041"#, "\u{FFFD}A"),
      (#"\ud800\ud800\udc00"#, "\u{FFFD}\u{10000}"), (#"\udc00\ud800"#, "\u{FFFD}\u{FFFD}"),
      (#"\ud83d\ude00\ude00"#, "😀\u{FFFD}"), (#"\\ud800"#, "\\ud800"),
      (#"\\\ud800"#, "\\\u{FFFD}"), (#"\"\ud800\""#, "\"\u{FFFD}\""),
      (#"\ud800\\udc00"#, "\u{FFFD}\\udc00"), (#"\ud7ff\ue000\udfff"#, "\u{D7FF}\u{E000}\u{FFFD}"),
    ] as [(String, String)])
  func surrogates(escaped: String, meant: String) throws {
    let bad = record(["eventID": #""bad""#, "userAgent": "\"\(escaped)\""])
    let good = record(["eventID": #""good""#])
    for text in [
      bad, "\(good)\n\(bad)\n\(good)", "[\(good),\(bad)]", "{\"Records\":[\(bad),\(good)]}",
      "{\n" + bad.dropFirst(),
    ] {
      let event = try #require(try events(of: Array(text.utf8)).first { $0.id == "bad" })
      #expect(event.userAgent == meant)
    }
  }

  @Test("A member's name with half a surrogate pair is repaired too")
  func names() throws {
    let event = try event([#"\udc00"#: "1"])
    #expect(String(decoding: event.canonical, as: UTF8.self).contains("\"\u{FFFD}\":1"))
  }

  @Test(
    "A number beyond a double's range becomes a string of its text",
    arguments: ["1E400", "-1E400", "1e+9999", "123.5e999", String(repeating: "9", count: 400)])
  func numbers(number: String) throws {
    let event = try event(["zzz": "[1,\(number),\"\\\"\(number)\"]"])
    let canonical = String(decoding: event.canonical, as: UTF8.self)
    #expect(canonical.hasSuffix(#","zzz":[1,"\#(number)","\"\#(number)"]}"#))
  }

  @Test(
    "What is wrong besides is still refused",
    arguments: [#""\ud800\x""#, #""\ud800" 1"#, "1E400x", "[1E400 2]", #""\ud80""#, #""\ud8""#])
  func wrong(value: String) throws {
    #expect(try refusal(of: record(["x": value])).problem.hasPrefix("not JSON: "))
  }
}
