import Foundation
import Ledger
import LedgerStore
import Testing
import Transparency

@Suite("Same records, same state, by any path")
struct PathTests {
  private func filled() throws -> TemporaryLedger {
    let ledger = try TemporaryLedger()
    try ledger.write { writer in
      _ = try writer.perform([.organization("acme"), .user("ann", of: "acme")])
    }
    try ledger.add((0..<600).map { .request($0, at: Int64($0), reason: .allowed) })
    try ledger.add(
      (600..<900).map { number in
        .request(
          number, at: Int64(number % 97), user: "arn:aws:iam::111122223333:user/u\(number % 7)",
          key: "AKIA000000000000000\(number % 5)", reason: number % 3 == 0 ? .forbidden : .allowed)
      })
    return ledger
  }

  @Test("The digest is the same live, from a snapshot, replayed, rebuilt, and without state/")
  func digests() throws {
    let ledger = try filled()
    let live = try ledger.digest()
    let reader = try ledger.reader()
    let replayed = try reader.replay(to: reader.logSize).digest.hex
    #expect(replayed == live)
    let rebuilt = try ledger.directory.rebuild(program: "test")
    #expect(rebuilt.fold.digest.hex == live)
    #expect(rebuilt.differences.isEmpty)
    try ledger.loseState()
    let stateless = try ledger.digest()
    try ledger.write { _ in }
    let restored = try ledger.digest()
    #expect([stateless, restored] == [live, live])
  }

  @Test("As of every 50th log size, the state through snapshots is the state folded from zero")
  func everyMoment() throws {
    let ledger = try filled()
    let reader = try ledger.reader()
    for size in stride(from: UInt64(0), through: reader.logSize, by: 50) {
      let state = try reader.state(at: Moment(logSize: size)).state
      let (digest, replayed) = (try StateDigest.of(state), try reader.replay(to: size).digest)
      #expect(digest == replayed)
    }
  }

  @Test("A snapshot with one byte changed is not used, and verify names it")
  func editedSnapshot() throws {
    let ledger = try filled()
    let digest = try ledger.digest()
    let size = try #require(try SnapshotStore(ledger.directory).sizes().last)
    let path = SnapshotStore(ledger.directory).path(size)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count - 20] ^= 1
    try bytes.write(to: URL(filePath: path))
    let reader = try ledger.reader()
    let state = try reader.state(at: .now).state
    #expect(try StateDigest.of(state).hex == digest)
    #expect(reader.notes.contains { $0.contains(path) })
    let result = try Verifier(ledger.directory).run()
    #expect(result.verdict == .tampered)
    #expect(result.problems.map(\.file) == ["state/snapshots/\(path.split(separator: "/").last!)"])
  }

  @Test("Usage from the projection equals usage from the records, by every dimension")
  func usagePaths() throws {
    let ledger = try filled()
    var question = UsageQuestion()
    question.dimensions = UsageQuestion.Dimension.allCases
    question.period = .hour
    let projected = try ledger.reader().usage(question)
    try ledger.loseState()
    let folded = try ledger.reader().usage(question)
    #expect(projected.rows == folded.rows)
    #expect(projected.rows.count > 20)
  }

  @Test("A projection row changed by hand is found by verify and by rebuild")
  func editedProjection() throws {
    let ledger = try filled()
    let sqlite = Process()
    sqlite.executableURL = URL(filePath: "/usr/bin/env")
    sqlite.arguments = [
      "python3", "-c",
      "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); "
        + "c.execute('UPDATE keys SET allowed = allowed + 1 WHERE ordinal = 0'); c.commit()",
      ledger.directory.projection,
    ]
    try sqlite.run()
    sqlite.waitUntilExit()
    try #require(sqlite.terminationStatus == 0, "python3 could not change the row")
    let result = try Verifier(ledger.directory).run()
    #expect(result.verdict == .tampered)
    #expect(result.problems.allSatisfy { $0.file == "state/projection.sqlite" })
    #expect(result.problems.contains { $0.problem.contains("table keys") })
    let differences = try ledger.directory.rebuild(program: "test").differences
    #expect(!differences.isEmpty)
    let verdict = try Verifier(ledger.directory).run().verdict
    #expect(verdict == .ok)
  }
}
