import Foundation
import Ledger
import Testing

@Suite("The official protobuf library agrees with the codec")
struct ProtobufOracleTests {
  @Test("Every record we write is, to the byte, what protobuf would write")
  func ourRecordsAreCanonical() throws {
    let folder = try Folder()
    let events = EventCorpus.events(perType: 100, seed: 1)
    let records = try events.map { try encoded($0) }
    try folder.write(records, as: "records")
    try oracle("check", [folder.file("records")])
    for (event, record) in zip(events, records) { #expect(try decoded(record) == event) }
  }

  @Test("Every record protobuf writes, in whatever form, says the same to us")
  func theirRecordsAreUnderstood() throws {
    let folder = try Folder()
    guard
      try oracle(
        "make", ["2", "20", folder.file("plain"), folder.file("disguised")])
    else { return }
    let plain = try folder.read("plain")
    #expect(plain.count == 2 * 20 * EventType.allCases.count)
    let again = try folder.read("disguised").map { try encoded(try decoded($0)) }
    let differing = zip(again, plain).first { $0 != $1 }
    #expect(differing == nil, "of the records that were read and written again")
    try folder.write(again, as: "again")
    try oracle("compare", [folder.file("plain"), folder.file("again")])
  }
}

/// Runs the script; false, with an issue, where its modules are missing or it finds a difference.
@discardableResult
private func oracle(_ command: String, _ arguments: [String]) throws -> Bool {
  let script = packageRoot.appendingPathComponent("Tests/LedgerTests/protobuf_oracle.py").path
  let schema = packageRoot.appendingPathComponent("schemas/event.proto").path
  let own = packageRoot.appendingPathComponent(".venv/bin/python3").path
  let process = Process()
  if FileManager.default.isExecutableFile(atPath: own) {
    process.executableURL = URL(fileURLWithPath: own)
    process.arguments = [script, command, schema] + arguments
  } else {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, command, schema] + arguments
  }
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  try process.run()
  let told = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  switch process.terminationStatus {
  case 0: return true
  case 3:
    Issue.record(
      "missing: the Python modules protobuf and grpcio-tools (run tools/setup): \(told)")
  case let status: Issue.record("protobuf_oracle.py \(command) ended with \(status): \(told)")
  }
  return false
}

/// A directory of one test, removed with it, with files of records.
private final class Folder {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("ledger-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> String { url.appendingPathComponent(name).path }

  /// Each record with its length in front, four bytes, little-endian.
  func write(_ records: [[UInt8]], as name: String) throws {
    var data = Data()
    for record in records {
      withUnsafeBytes(of: UInt32(record.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(contentsOf: record)
    }
    try data.write(to: URL(fileURLWithPath: file(name)))
  }

  func read(_ name: String) throws -> [[UInt8]] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
    var records: [[UInt8]] = []
    var at = 0
    while at + 4 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
      try #require(at + 4 + length <= bytes.count)
      records.append(Array(bytes[at + 4..<at + 4 + length]))
      at += 4 + length
    }
    return records
  }
}
