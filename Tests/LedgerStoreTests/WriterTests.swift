import EventLog
import Foundation
import Ledger
import LedgerStore
import Testing

@Suite("The writer")
struct WriterTests {
  @Test("A writer that records nothing leaves every byte of the log as it was")
  func recordsNothing() throws {
    let ledger = try TemporaryLedger()
    let before = try ledger.bytes(below: ledger.directory.log)
    try ledger.write { _ in }
    #expect(try ledger.bytes(below: ledger.directory.log) == before)
  }

  @Test("A refused proposal records nothing, and the others of its commit stand")
  func refusal() throws {
    let ledger = try TemporaryLedger()
    let outcomes = try ledger.write { writer in
      try writer.perform([.organization("a"), .organization("a"), .organization("b")])
    }
    #expect(throws: Never.self) { try outcomes[0].get() }
    #expect(throws: Refusal.exists(.organization, "a")) { try outcomes[1].get() }
    #expect(throws: Never.self) { try outcomes[2].get() }
    let names = try ledger.reader().state(at: .now).state.organizations.map(\.id)
    #expect(names == ["a", "b"])
  }

  @Test("What 16 threads submit at once is all there, in one order, each as it was answered")
  func manyThreads() async throws {
    let ledger = try TemporaryLedger()
    let writer = try LedgerWriter(ledger.directory, program: "test")
    let answered = try await withThrowingTaskGroup(of: [String: UInt64].self) { group in
      for thread in 0..<16 {
        group.addTask {
          var firsts: [String: UInt64] = [:]
          for number in 0..<25 {
            let id = "organization-\(thread)-\(number)"
            let proposal = Proposal.organization(id)
            firsts[id] = try writer.perform(proposal).first
          }
          return firsts
        }
      }
      return try await group.reduce(into: [:]) { all, firsts in
        all.merge(firsts) { first, _ in first }
      }
    }
    try writer.close()
    var found: [String: UInt64] = [:]
    let reader = try ledger.reader()
    try reader.forEachEvent(from: 0, to: reader.logSize) { sequence, event throws(StoreError) in
      if case .organizationRegistered(let body) = event.body { found[body.id ?? ""] = sequence }
    }
    #expect(found.count == 400)
    #expect(found == answered)
  }

  @Test("A second writer is refused and told who the first is; readers are not")
  func secondWriter() throws {
    let ledger = try TemporaryLedger()
    try ledger.write { _ in
      let error = #expect(throws: StoreError.self) {
        _ = try LedgerWriter(ledger.directory, program: "second")
      }
      #expect(error.map { "\($0)" }?.contains("test (pid \(getpid()))") == true)
      let size = try ledger.reader().logSize
      #expect(size > 0)
    }
  }

  @Test("A start long before the last record is refused, unless the clock is accepted")
  func clockBehind() throws {
    let last = Timestamp(microseconds: RecordClock.wall.microseconds + 60_000_000)
    let error = #expect(throws: StoreError.self) {
      _ = try RecordClock(lastRecorded: last, acceptClock: false)
    }
    #expect(error.map { "\($0)" }?.contains("--accept-clock") == true)
    var clock = try RecordClock(lastRecorded: last, acceptClock: true)
    let first = clock.now()
    #expect(first >= last)
    #expect(clock.now() >= first)
  }

  @Test("A log that ends before its signed checkpoint is refused by reader and writer")
  func loss() throws {
    let ledger = try TemporaryLedger()
    let before = try ledger.bytes(below: ledger.directory.log)
    try ledger.write { _ = try $0.perform(.organization("a")) }
    for (name, bytes) in before where name != "checkpoint" {
      try bytes.write(to: URL(filePath: "\(ledger.directory.log)/\(name)"))
    }
    for name in try ledger.bytes(below: ledger.directory.log).keys where before[name] == nil {
      try FileManager.default.removeItem(atPath: "\(ledger.directory.log)/\(name)")
    }
    let error = #expect(throws: StoreError.self) { try ledger.reader() }
    guard case .log(.loss)? = error else {
      Issue.record("expected a loss, got \(String(describing: error))")
      return
    }
    #expect(throws: StoreError.self) { try ledger.write { _ in } }
  }
}
