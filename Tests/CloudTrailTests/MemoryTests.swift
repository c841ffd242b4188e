import CloudTrail
import Foundation
import Glibc
import Testing

/// Each in a process of its own, whose peak memory no other test has raised.
@Suite("Memory")
struct MemoryTests {
  @Test("50 MB of JSON lines are read with memory for a fraction of them")
  func lines() async {
    await #expect(processExitsWith: .success) {
      try expectLittleMemory(largeFile(begin: "", separator: "\n", end: "\n"))
    }
  }

  @Test("A document of 50 MB is read with memory for a fraction of it")
  func document() async {
    await #expect(processExitsWith: .success) {
      try expectLittleMemory(largeFile(begin: "{\"Records\":[", separator: ",", end: "]}"))
    }
  }

  @Test("20 MiB of small objects, as records or beside them, take no memory")
  func hostile() async {
    await #expect(processExitsWith: .success) {
      let objects = String(repeating: "{\"a\":1},", count: (20 << 20) / 8) + "{}"
      let directory = try TemporaryDirectory()
      for (begin, end) in [("[", "]"), ("{\"Records\":[", "]}")] {
        let path = try directory.write(Array((begin + objects + end).utf8), as: "a.json")
        let before = peakMemory()
        let error = try #require(throws: CloudTrailError.self) {
          try CloudTrailFile(path: path).validate()
        }
        #expect(error.position == .record(1, byte: begin.utf8.count))
        #expect(peakMemory() - before < 8 << 20)
      }
      let besides = "{\"a\":[\(objects)],\"Records\":[\(record())],\"b\":[\(objects)]}"
      let path = try directory.write(Array(besides.utf8), as: "a.json")
      let before = peakMemory()
      #expect(try CloudTrailFile(path: path).validate() == .events(1))
      #expect(peakMemory() - before < 8 << 20)
    }
  }

  @Test("A record of the most arrays and objects that are accepted takes at most 150 MiB")
  func containers() async {
    await #expect(processExitsWith: .success) {
      let directory = try TemporaryDirectory()
      let objects = Array(repeating: "{\"a\":1}", count: 32_768 - 3).joined(separator: ",")
      let text = record(["x": "[\(objects)]"])
      let path = try directory.write(Array(text.utf8), as: "a.json")
      let before = peakMemory()
      #expect(try CloudTrailFile(path: path).validate() == .events(1))
      let grown = peakMemory() - before
      #expect(grown < 150 << 20, "peak memory grew by \(grown) bytes")
    }
  }
}

private let largeCount = 12_500

/// Events numbered from 0 with 4 kB of padding each, more than are held.
private func largeFile(begin: String, separator: String, end: String) throws -> TemporaryDirectory {
  let directory = try TemporaryDirectory()
  let file = try #require(fopen(directory.path + "/large", "w"))
  defer { fclose(file) }
  let padding = String(repeating: "x", count: 4_000)
  for index in 0..<largeCount {
    let event = record(["eventID": "\"\(index)\"", "padding": "\"\(padding)\""])
    try #require(fputs((index == 0 ? begin : separator) + event, file) >= 0)
  }
  try #require(fputs(end, file) >= 0)
  return directory
}

private func expectLittleMemory(_ directory: TemporaryDirectory) throws {
  let path = directory.path + "/large"
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
  #expect(contents == .events(largeCount))
  #expect(isInOrder)
  let grown = peakMemory() - before
  #expect(grown < 36 << 20, "peak memory grew by \(grown) bytes")
}

/// The process's highest resident size so far, in bytes.
private func peakMemory() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss * 1_024
}
