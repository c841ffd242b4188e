import CloudTrail
import Testing

/// `refusal(of:)` checks each time that nothing of the bad file was delivered.
@Suite("Damage")
struct DamageTests {
  private let good = record()

  @Test("A bad line is named, and the good lines around it are not delivered")
  func badLine() throws {
    let missing = record(["eventID": ""])
    let error = try refusal(of: "\(good)\n\n\(missing)\n\(good)\n")
    #expect(error.position == .line(3))
    #expect(error.description == "\(error.path): line 3: eventID is missing")
  }

  @Test("A bad record of a document is named with its place")
  func badRecord() throws {
    let before = "{\"Records\":[\(good),"
    let byte = before.utf8.count
    let text = Array("\(before)\(record(["eventName": ""]))]}".utf8)
    let problem = "record 2 at byte \(byte): eventName is missing"
    for content in [text, gzip(text)] {
      let error = try refusal(of: content)
      #expect(error.position == .record(2, byte: byte))
      #expect(error.description == "\(error.path): \(problem)")
    }
    let marked = try refusal(of: [0xEF, 0xBB, 0xBF] + text)
    #expect(marked.position == .record(2, byte: byte + 3))
  }

  @Test(
    "A required field that is none makes the file bad",
    arguments: ["eventID", "eventSource", "eventName", "eventTime"])
  func missing(name: String) throws {
    for value in ["", "null", #""""#, "7", #""HIDDEN_DUE_TO_SECURITY_REASONS""#] {
      let error = try refusal(of: record([name: value]))
      #expect(error.problem == "\(name) is missing", "\(name): \(value)")
    }
  }

  @Test(
    "A file without records says so",
    arguments: ["", " ", "\n\n", "\u{FEFF}", "\u{FEFF}\n"])
  func empty(text: String) throws {
    for content in [Array(text.utf8), gzip(Array(text.utf8))] {
      let error = try refusal(of: content)
      #expect(error.description == "\(error.path): no CloudTrail records")
    }
  }

  @Test(
    "JSON that is not CloudTrail says so",
    arguments: ["{}", #"{"name":"package"}"#, "[1]", "[[]]", "[null]", "{\n\"a\": 1\n}", "[\"a\"]"])
  func notCloudTrail(text: String) throws {
    let error = try refusal(of: text)
    #expect(error.problem == "not CloudTrail: no eventID, eventSource or eventName")
  }

  @Test(
    "A file that is not JSON says so",
    arguments: [
      "hello", "<xml/>", "PK\u{3}\u{4}", "null", "\"Records\"", "12", "eventID,eventTime",
    ])
  func notJSON(text: String) throws {
    let error = try refusal(of: text)
    #expect(error.problem == "not CloudTrail: begins with neither a JSON object nor an array")
  }

  @Test(
    "Records that is no array is refused",
    arguments: [#"{"Records":null}"#, #"{"Records":{}}"#, "{\n\"Records\":7\n}"])
  func badRecords(text: String) throws {
    #expect(try refusal(of: text).problem == "Records is not an array")
  }

  @Test("Every cut of a document, of JSON lines and of gzip is found")
  func truncated() throws {
    let document = Array("{\"Records\":[\(good)]}".utf8)
    for length in 0..<document.count { _ = try refusal(of: Array(document[..<length])) }
    let line = Array(good.utf8)
    for length in 1..<line.count {
      let error = try refusal(of: line + [0x0A] + line[..<length])
      #expect(error.position == .line(2))
    }
    let compressed = gzip(document)
    for length in 0..<compressed.count { _ = try refusal(of: Array(compressed[..<length])) }
  }

  /// Except the five bits that RFC 1951 leaves unused between a stored block's type and length.
  @Test("Every flipped bit of a gzip file's data, CRC and length is found")
  func flipped() throws {
    let compressed = gzip(Array(good.utf8))
    let header = 10
    for index in header..<compressed.count {
      for bit in 0..<(index == header ? 3 : 8) {
        var damaged = compressed
        damaged[index] ^= 1 << UInt8(bit)
        let error = try refusal(of: damaged)
        guard case .compressedByte = error.position else {
          Issue.record("bit \(bit) of byte \(index): \(error)")
          continue
        }
      }
    }
  }

  @Test("What follows the gzip data is found, were it one byte")
  func trailing() throws {
    let compressed = gzip(Array(good.utf8))
    for tail: [UInt8] in [[0], [0, 0, 0], [0x1F], Array("garbage".utf8)] {
      let error = try refusal(of: compressed + tail)
      #expect(error.problem == "something that is not gzip follows the gzip data")
    }
    let cut = try refusal(of: compressed + compressed.dropLast())
    #expect(cut.problem == "the gzip data end in the middle")
  }

  @Test(
    "JSON is read strictly",
    arguments: [
      #"{"a":01}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":+1}"#, #"{"a":-}"#, #"{"a":1e}"#,
      #"{"a":NaN}"#, #"{"a":tru}"#, #"{"a":nulll}"#, #"{"a":'b'}"#, #"{"a":"\x"}"#,
      #"{"a":"\u12g4"}"#, "{\"a\":\"\u{1}\"}", "{\"a\":\"\t\"}", #"{"a" 1}"#, #"{a:1}"#,
      #"{"a":1 "b":2}"#, #"{"a":[1 2]}"#, #"{"a":1}}"#, #"{"a":]}"#,
    ])
  func strict(text: String) throws {
    let error = try refusal(of: "\(good)\n\(text)\n")
    #expect(error.position == .line(2))
    #expect(error.problem.hasPrefix("not JSON: "))
    let inRecord = try refusal(of: "{\"Records\":[\(good),\(text)]}")
    #expect(inRecord.problem.hasPrefix("not JSON: "))
    let byte = "{\"Records\":[\(good),".utf8.count
    let isBehind = text.hasSuffix("}}")
    #expect(
      inRecord.position
        == (isBehind ? .byte(byte + text.utf8.count - 1) : .record(2, byte: byte)))
  }

  @Test(
    "Bytes that are not UTF-8 are refused",
    arguments: [
      [0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3, 0x28], [0xE0, 0x80, 0x80],
      [0xED, 0xA0, 0x80], [0xE2, 0x28, 0xA1], [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80],
      [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82],
    ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) throws {
    let (before, after) = (Array(#"{"a":""#.utf8), Array(#""}"#.utf8))
    let error = try refusal(of: Array(good.utf8) + [0x0A] + before + bytes + after + [0x0A])
    #expect(error.position == .line(2))
    #expect(error.problem.hasPrefix("not JSON: Invalid UTF-8"))
    #expect(error.problem.hasSuffix("character 6."))
    let escaped = try refusal(of: before + Array("\\n".utf8) + bytes + after + [0x0A])
    #expect(escaped.problem.hasSuffix("character 8."))
  }

  @Test("A syntax error is named with its record and the place in it that the parser tells")
  func place() throws {
    let before = "{\"Records\":[\(good),"
    let error = try refusal(of: before + "{\"a\":!}]}")
    #expect(error.position == .record(2, byte: before.utf8.count))
    #expect(error.problem.hasPrefix("not JSON: "))
    #expect(error.problem.hasSuffix("character 5."))
  }

  @Test("Nesting is bounded, and a bomb is an error")
  func deep() throws {
    func nested(_ depth: Int) -> String {
      record(["x": String(repeating: "[", count: depth) + String(repeating: "]", count: depth)])
    }
    #expect(try events(of: Array(nested(511).utf8)).count == 1)
    #expect(try events(of: Array("{\"Records\":[\(nested(511))]}".utf8)).count == 1)
    let problem = "not JSON: more than 512 levels of nesting"
    for depth in [512, 100_000] {
      for text in ["\(good)\n\(nested(depth))", "[\(nested(depth))]", nested(depth)] {
        #expect(try refusal(of: text).problem == problem)
      }
    }
    for opening in ["[", "{\"a\":", "{\"Records\":[{\"a\":"] {
      let bomb = String(repeating: opening, count: 100_000)
      #expect(try refusal(of: bomb).problem == problem)
    }
  }

  @Test("What follows a document is refused")
  func afterDocument() throws {
    for text in ["{\"Records\":[\(good)]}", "[\(good)]", "{\n" + good.dropFirst()] {
      for tail in ["x", "\n{}", "]", text] {
        let error = try refusal(of: text + tail)
        let place = text.utf8.count + (tail.hasPrefix("\n") ? 1 : 0)
        #expect(error.position == .byte(place))
        #expect(error.problem == "not JSON: something follows the document")
      }
    }
    #expect(try refusal(of: "\n\(good) \(good)\n").position == .line(2))
    #expect(try refusal(of: "\(good)\n\(good) \(good)\n").position == .line(2))
  }

  @Test("A path and a file that cannot be read are errors with the system's reason")
  func unreadable() throws {
    let directory = try TemporaryDirectory()
    for path in [directory.path + "/absent", directory.path] {
      let error = try #require(throws: CloudTrailError.self) {
        try CloudTrailFile(path: path).validate()
      }
      #expect(error.path == path)
      #expect(error.problem.contains(": "))
    }
  }

  @Test("An error is one line whatever the path holds")
  func oneLine() {
    let error = CloudTrailError(
      path: "a\n\u{1B}[2Jb", position: .record(7, byte: 9), problem: "bad")
    #expect(error.description == "a??[2Jb: record 7 at byte 9: bad")
  }
}
