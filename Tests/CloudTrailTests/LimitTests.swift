import CloudTrail
import Foundation
import Glibc
import Testing

@Suite("Limits and memory")
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
    limits.record = try event().canonical.count - 1
    let document = try refusal(of: "[\(short),\(good)]", limits: limits)
    #expect(document.position == .record(2))
    #expect(document.problem == "longer than \(limits.record) bytes")
  }

  @Test("A document larger than the limit is refused, compressed or not")
  func document() throws {
    var limits = CloudTrailLimits()
    let text = "[\(good),\(good)]"
    limits.document = text.utf8.count
    #expect(try events(of: Array(text.utf8), limits: limits).count == 2)
    for content in [Array("\(text) ".utf8), gzip(Array("\(text) ".utf8))] {
      let error = try refusal(of: content, limits: limits)
      #expect(error.problem.hasPrefix("a document of more than \(limits.document) bytes"))
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

  /// In a process of its own, whose peak memory no other test has raised.
  @Test("50 MB of JSON lines are read with memory for a fraction of them")
  func memory() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let path = directory.path + "/large.jsonl"
      let padding = String(repeating: "x", count: 4_000)
      let count = 12_500
      try writeLines(path, count: count) {
        record(["eventID": "\"\($0)\"", "padding": "\"\(padding)\""])
      }
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let size = try #require(attributes[.size] as? NSNumber)
      #expect(size.intValue > 50_000_000)
      let before = peakMemory()
      var next = 0
      var isInOrder = true
      let contents = try CloudTrailFile(path: path).events { batch in
        for event in batch {
          isInOrder = isInOrder && event.id == String(next)
          next += 1
        }
      }
      #expect(contents == .events(count))
      #expect(isInOrder)
      let grown = peakMemory() - before
      #expect(grown < 36 << 20, "peak memory grew by \(grown) bytes")
    }
  }

  @Test("A file too large to hold is checked to its end before the first batch")
  func badEnd() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/large.jsonl"
    let count = 3_000
    try writeLines(path, count: count) {
      $0 == count - 1 ? "{}" : record(["eventID": "\"\($0)\""])
    }
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

private func writeLines(_ path: String, count: Int, _ line: (Int) -> String) throws {
  let file = try #require(fopen(path, "w"))
  defer { fclose(file) }
  for index in 0..<count { try #require(fputs(line(index) + "\n", file) >= 0) }
}

/// The process's highest resident size so far, in bytes.
private func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1_024
}
