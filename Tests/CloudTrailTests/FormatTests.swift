import CloudTrail
import Testing

@Suite("File formats")
struct FormatTests {
  private let first = record(["eventID": #""one""#])
  private let second = record(["eventID": #""two""#])

  private func ids(_ text: String) throws -> [String] {
    try events(of: Array(text.utf8)).map(\.id)
  }

  @Test("A Records document, also with other members around")
  func records() throws {
    let both = "\(first) , \(second)"
    #expect(try ids("{\"Records\":[\(both)]}") == ["one", "two"])
    #expect(try ids("\n {\n \"Records\" :\n[\n\(both)\n]\n}\n") == ["one", "two"])
    #expect(
      try ids("{\"a\":{\"Records\":1},\"\\u0052ecords\":[\(both)],\"b\":[]}") == ["one", "two"])
  }

  @Test("An array, a single event, and JSON lines with blank lines and any line end")
  func others() throws {
    #expect(try ids("[\(first),\(second)]") == ["one", "two"])
    #expect(try ids("[\n\(first),\n\(second)\n]\n") == ["one", "two"])
    #expect(try ids(first) == ["one"])
    #expect(try ids("{\n" + first.dropFirst()) == ["one"])
    #expect(try ids("\(first)\n\(second)") == ["one", "two"])
    #expect(try ids("\n\(first)\r\n \r\n\(second)\r\n") == ["one", "two"])
  }

  @Test("Events are delivered in the order of the file, also where an id comes again")
  func repeated() throws {
    #expect(try ids("\(second)\n\(first)\n\(second)\n") == ["two", "one", "two"])
  }

  @Test("An empty Records array or array has no events")
  func empty() throws {
    #expect(try ids("{\"Records\":[]}").isEmpty)
    #expect(try ids(" [ ] ").isEmpty)
  }

  @Test("gzip is known by its content, in one member or several, and may hold any format")
  func compressed() throws {
    let lines = Array("\(first)\n\(second)\n".utf8)
    #expect(try events(of: gzip(lines)).map(\.id) == ["one", "two"])
    #expect(try events(of: gzip(Array("[\(first)]".utf8))).map(\.id) == ["one"])
    for cut in [0, 1, 2, 10, lines.count] {
      let members = gzip(Array(lines[..<cut])) + gzip(Array(lines[cut...]))
      #expect(try events(of: members).map(\.id) == ["one", "two"], "cut at \(cut)")
    }
  }

  @Test("A byte order mark is accepted, plain and compressed")
  func byteOrderMark() throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    for text in [first, "[\(first)]", "{\"Records\":[\(first)]}"] {
      #expect(try events(of: mark + Array(text.utf8)).map(\.id) == ["one"])
      #expect(try events(of: gzip(mark + Array(text.utf8))).map(\.id) == ["one"])
    }
  }

  @Test("The same events come out of every format")
  func equal() throws {
    let lines = try events(of: Array("\(first)\n\(second)\n".utf8))
    let pretty = first.replacing(",", with: " ,\n  ")
    #expect(try events(of: Array("{\"Records\":[\(pretty),\(second)]}".utf8)) == lines)
    #expect(try events(of: gzip(Array("[\(first),\(second)]".utf8))) == lines)
  }

  @Test("Batches hold at most 1,000 events, and every event is in one")
  func batches() throws {
    let directory = try TemporaryDirectory()
    let text = (0..<2_500).map { record(["eventID": "\"\($0)\""]) }.joined(separator: "\n")
    var small = CloudTrailLimits()
    small.held = 1 << 20
    for limits in [.standard, small] {
      let path = try directory.write(Array(text.utf8), as: "events.jsonl")
      var sizes: [Int] = []
      var ids: [String] = []
      let contents = try CloudTrailFile(path: path, limits: limits).events {
        sizes.append($0.count)
        ids += $0.map(\.id)
      }
      #expect(sizes == [1_000, 1_000, 500])
      #expect(contents == .events(2_500))
      #expect(ids == (0..<2_500).map(String.init))
    }
  }

  @Test("What the reader of the events throws ends the reading and comes out unchanged")
  func stopped() throws {
    struct Stop: Error {}
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("\(first)\n\(second)\n".utf8), as: "events")
    var count = 0
    #expect(throws: Stop.self) {
      try CloudTrailFile(path: path).forEach { _ in
        count += 1
        throw Stop()
      }
    }
    #expect(count == 1)
  }
}
