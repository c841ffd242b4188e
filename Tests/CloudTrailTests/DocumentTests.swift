import CloudTrail
import Testing

@Suite("Cutting a document into records")
struct DocumentTests {
  private let good = record()

  @Test("Records is found before, between and behind other members, whatever these are")
  func members() throws {
    let others = [
      #""a":"]},{\"Records\":[""#, #""b":-1.5e3"#, #""c":null"#, #""Record":[{"Records":[]},2]"#,
      #""d":"\\""#, #""\ud800":"\"""#, #""":{}"#, #""records":[]"#, #""e": [ [ ] , { } ] "#,
    ]
    for index in 0...others.count {
      var members = others
      members.insert("\"Records\" : [\(good)]", at: index)
      let text = "{ " + members.joined(separator: " ,\n") + " }"
      #expect(try events(of: Array(text.utf8)).count == 1, "Records at \(index)")
    }
  }

  @Test(
    "A second Records is refused, in any spelling and with any value",
    arguments: [#""Records":[]"#, #""\u0052ecord\u0073":[]"#, #""Records":null"#])
  func second(member: String) throws {
    for other in ["", "\"a\":1,"] {
      let before = "{\"Records\":[\(good)],\(other)"
      let error = try refusal(of: "\(before)\(member)}")
      #expect(error.position == .byte(before.utf8.count))
      #expect(error.description.hasSuffix(": byte \(before.utf8.count): a second Records"))
    }
  }

  @Test(
    "Strings that look like structure are only strings",
    arguments: [
      #"]},{""#, #"\"]},{\""#, #"\\"#, #"\\\""#, #"\"Records\":["#, "{", "[[[[", "}]", ",", ":",
      #"\u0022]"#, #"\u005c"#,
    ])
  func strings(text: String) throws {
    let text = text.hasSuffix("{\"") ? String(text.dropLast()) : text
    let one = record(["x": "\"\(text)\"", "\(text)": "[\"\(text)\",{\"\(text)\":\"\(text)\"}]"])
    let lines = try events(of: Array("\(one)\n\(good)".utf8))
    #expect(lines.count == 2)
    #expect(try events(of: Array("[\(one),\(good)]".utf8)) == lines)
    let document = "{\"\(text)\":\"\(text)\",\"Records\":[\(one),\(good)],\"z\":\"\(text)\"}"
    #expect(try events(of: Array(document.utf8)) == lines)
  }

  @Test("It does not matter where the pieces end in which a file is read")
  func pieces() throws {
    let other = record(["x": #"["\\\"",{"\u00e9":"é😀"},-1.5e3,true,null]"#])
    for text in [
      "\n{\"a\":[\"]\\\\\"],\n\"Rec\\u006frds\": [\(other) , \(good)],\"b\":12 }\n",
      "[\(other),\(good)]", " \n\(other)\r\n\n \(good)\n",
    ] {
      let bytes = Array(text.utf8)
      let whole = try events(of: bytes)
      #expect(whole.count == 2)
      #expect(try events(of: bytes.flatMap { gzip([$0]) }) == whole)
    }
  }

  @Test("Every cut of a document with members, escapes and white space is found")
  func truncated() throws {
    let record = record(["x": #"["\\\"",{"\u00e9":"é"},-1.5e3,true]"#])
    for text in [
      "{\"a\":[\"]\\\\\"],\n\"Records\": [\(record) , \(record)],\"b\":12 }",
      "[\(record)\n, \(record)]",
      "{\n" + record.dropFirst(),
    ] {
      let bytes = Array(text.utf8)
      #expect(throws: Never.self) { try events(of: bytes) }
      for length in 0..<bytes.count {
        let error = try refusal(of: Array(bytes[..<length]))
        #expect(length == 0 || error.problem == "not JSON: the file ends in the middle")
      }
    }
  }

  @Test(
    "Structure that is not JSON is refused",
    arguments: [
      #"{"Records":[G],}"#, #"{,"Records":[G]}"#, #"{"Records":[G]"a":1}"#, #"{"Records"[G]}"#,
      #"{"Records":[G,]}"#, #"{"Records":[,G]}"#, #"{"Records":[G,,G]}"#, #"{"Records":[G G]}"#,
      #"{"Records":[G}]"#, #"{"Records":[G]]"#, #"{"Records":[G:G]}"#, #"{Records:[G]}"#,
      #"{"a":,"Records":[G]}"#, #"{"a":[},"Records":[G]}"#, #"{"a":1 2,"Records":[G]}"#,
      #"{"a","Records":[G]}"#, #"{"a":"b""c","Records":[G]}"#, "[G,]", "[,]", "[G}", "[G:G]",
      #"{"a":1"#, #"{1:2}"#, "{]", "[}", #"{"Records":[tru]}"#, #"{"Records":[x{"a":1}]}"#,
    ])
  func structure(text: String) throws {
    for space in ["", "\n"] {
      let text = text.replacing(",", with: "\(space),\(space)").replacing("G", with: good)
      #expect(try refusal(of: text).problem.hasPrefix("not JSON: "))
    }
  }
}
