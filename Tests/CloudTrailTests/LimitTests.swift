import CloudTrail
import Foundation
import Testing

@Suite("Limits")
struct LimitTests {
  private let good = record()

  @Test("A line or record longer than the limit is refused, one of that length is not")
  func longRecord() throws {
    var limits = CloudTrailLimits()
    limits.record = good.utf8.count
    #expect(try events(of: Array("\(good)\n\(good)\n".utf8), limits: limits).count == 2)
    #expect(try events(of: Array("[\(good),\(good)]".utf8), limits: limits).count == 2)
    limits.record -= 1
    let short = record(["recipientAccountId": ""])
    let line = try refusal(of: "\(short)\n\(good)\n\(short)", limits: limits)
    #expect(line.position == .line(2))
    #expect(line.problem == "longer than \(limits.record) bytes")
    let document = try refusal(of: "[\(short),\(good)]", limits: limits)
    #expect(document.position == .record(2, byte: "[\(short),".utf8.count))
    #expect(document.problem == "longer than \(limits.record) bytes")
    for alone in [good, "{\n" + good.dropFirst()] {
      let error = try refusal(of: " " + alone, limits: limits)
      #expect(error.position == .record(1, byte: 1))
      #expect(error.problem == "longer than \(limits.record) bytes")
    }
  }

  @Test("A record of very many arrays or objects is refused in every format")
  func containers() throws {
    func text(_ count: Int) -> String {
      record(["x": "[" + Array(repeating: "{}", count: count - 3).joined(separator: ",") + "]"])
    }
    let most = 32_768
    #expect(try events(of: Array(text(most).utf8)).count == 1)
    for text in [text(most + 1), "\(good)\n\(text(most + 1))", "[\(text(most + 1))]"] {
      #expect(try refusal(of: text).problem == "more than \(most) arrays and objects")
    }
  }

  @Test("White space without end is refused")
  func space() throws {
    var limits = CloudTrailLimits()
    limits.record = 1_000
    let blank = String(repeating: "\n", count: 1_000_000)
    let error = try refusal(of: gzip(Array((blank + good).utf8)), limits: limits)
    #expect(error.problem == "begins with more than 1000 bytes of white space")
  }

  @Test("A file too large to hold is checked to its end before the first batch")
  func badEnd() throws {
    let directory = try TemporaryDirectory()
    let count = 3_000
    let lines = (1..<count).map { record(["eventID": "\"\($0)\""]) + "\n" }
    let path = try directory.write(Array((lines.joined() + "{}").utf8), as: "large.jsonl")
    var limits = CloudTrailLimits()
    limits.held = 100_000
    let file = CloudTrailFile(path: path, limits: limits)
    let error = try #require(throws: CloudTrailError.self) {
      try file.events { _ in Issue.record("events of a bad file were delivered") }
    }
    #expect(error.position == .line(count))
  }

  @Test("A file that grows between check and delivery is an error")
  func changed() throws {
    let directory = try TemporaryDirectory()
    let text = (0..<2_000).map { record(["eventID": "\"\($0)\""]) + "\n" }.joined()
    let path = try directory.write(Array(text.utf8), as: "events.jsonl")
    var limits = CloudTrailLimits()
    limits.held = 100_000
    let more = Data((good + "\n").utf8)
    let error = try #require(throws: CloudTrailError.self) {
      try CloudTrailFile(path: path, limits: limits).events { batch in
        guard batch[0].id == "0" else { return }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: more)
        try handle.close()
      }
    }
    #expect(error.problem == "changed while it was read")
  }
}
