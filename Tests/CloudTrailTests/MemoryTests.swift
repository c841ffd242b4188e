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
      let directory = try TemporaryDirectory()
      let path = directory.path + "/hostile"
      let count = (20 << 20) / "{\"a\":1},".utf8.count
      let before = peakMemory()
      for begin in ["[", "{\"Records\":["] {
        let end = begin.hasPrefix("{") ? "]}" : "]"
        try write(path, begin, separator: ",", end, count: count) { _ in "{\"a\":1}" }
        let error = try #require(throws: CloudTrailError.self) {
          try CloudTrailFile(path: path).validate()
        }
        #expect(error.position == .record(1, byte: begin.utf8.count))
      }
      let end = "],\"Records\":[\(record())]}"
      for begin in ["{\"a\":[", "{\"digestStartTime\":\"\",\"a\":["] {
        try write(path, begin, separator: ",", end, count: count) { _ in "{\"a\":1}" }
        #expect(try CloudTrailFile(path: path).validate() == .events(1))
      }
      let grown = peakMemory() - before
      #expect(grown < 12 << 20, "peak memory grew by \(grown) bytes")
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
  let padding = String(repeating: "x", count: 4_000)
  try write(directory.path + "/large", begin, separator: separator, end, count: largeCount) {
    record(["eventID": "\"\($0)\"", "padding": "\"\(padding)\""])
  }
  return directory
}

/// Writes a text without holding it, which would hide what its reader takes.
private func write(
  _ path: String, _ begin: String, separator: String, _ end: String, count: Int,
  _ element: (Int) -> String
) throws {
  let file = try #require(fopen(path, "w"))
  defer { fclose(file) }
  for index in 0..<count {
    try #require(fputs((index == 0 ? begin : separator) + element(index), file) >= 0)
  }
  try #require(fputs(end, file) >= 0)
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
