import Foundation
import Ledger
import LedgerStore
import Secrets
import Testing

@Suite("Imported history")
struct HistoryTests {
  @Test("An event is recorded once for ever; the same id with other content is told")
  func once() throws {
    let ledger = try TemporaryLedger()
    let first = try ledger.add([.request(1), .request(2), .request(1)])
    #expect(first.added == 2)
    let again = try ledger.add([.request(1), .request(2, content: "changed"), .request(3)])
    #expect(again.added == 1)
    #expect(again.known == 1)
    #expect(again.conflicts == ["event-2"])
  }

  @Test("The ids are known without a writer, and with the projection lost, by the next writer")
  func known() throws {
    let ledger = try TemporaryLedger()
    try ledger.add([.request(1), .request(2)])
    let reader = try ledger.reader()
    let known = try #require(try KnownHistory(reader, source: .cloudtrail), "\(reader.notes)")
    let verdicts = try [
      [.request(2), .request(1)], [.request(1, content: "changed")], [HistoryEvent.request(9)],
    ].map { try known.holdsAll($0) }
    #expect(verdicts == [true, false, false])
    try ledger.loseState()
    let lost = try KnownHistory(try ledger.reader(), source: .cloudtrail)
    #expect(lost == nil)
    let again = try ledger.add([.request(1), .request(2)])
    #expect(again.known == 2)
  }

  @Test("No name, address or user agent stands in clear in log/ or state/")
  func sealed() throws {
    let ledger = try TemporaryLedger()
    try ledger.add([
      .request(1, user: "arn:aws:iam::111122223333:user/zebediah", address: "203.0.113.250")
    ])
    for folder in [ledger.directory.log, ledger.directory.state] {
      for (name, bytes) in try ledger.bytes(below: folder) {
        for secret in ["zebediah", "203.0.113.250", "probe/1.0", ledger.adminToken] {
          #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) stands in \(name)")
        }
      }
    }
    let reader = try ledger.reader()
    try reader.forEachEvent(from: 0, to: reader.logSize) { sequence, event throws(StoreError) in
      let record = try reader.record(at: sequence)
      #expect(Data(record).range(of: Data("zebediah".utf8)) == nil)
      #expect(Data(record).range(of: Data("203.0.113.250".utf8)) == nil)
    }
  }

  @Test("A copy of log/ alone answers with user:0 in place of a name")
  func copyOfLog() throws {
    let ledger = try TemporaryLedger()
    try ledger.add([.request(1)])
    let copy = "\(ledger.directory.root)/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: ledger.directory.log, toPath: "\(copy)/log")
    for path in [copy, "\(copy)/log"] {
      let reader = try LedgerReader(DataDirectory(path))
      let rows = reader.keys(KeyFilter(), in: try reader.state(at: .now))
      #expect(rows.map { $0["user"] } == [.text("user:0")])
      let verdict = try Verifier(DataDirectory(path)).run().verdict
      #expect(verdict == .ok)
    }
  }

  @Test("Once its key is destroyed, a user prints as an ordinal and can still be asked for")
  func erased() throws {
    let ledger = try TemporaryLedger()
    try ledger.add([.request(1)])
    let before = try ledger.reader().state(at: .now).state
    let keyID = try #require(before.users[0].sealed?.keyID.flatMap { SealingKeyID($0) })
    var vault = try Vault(opening: try SecretsDirectory(opening: ledger.directory.secret))
    let destroyed = try vault.destroy([keyID])
    #expect(destroyed == 1)
    let reader = try ledger.reader()
    let state = try reader.state(at: .now).state
    #expect(reader.names.user(UserOrdinal(0), in: state) == "user:0")
    #expect(reader.names.find(user: "user:0", in: state) == UserOrdinal(0))
  }

  @Test("A diff tells a key's life in the order in which it happened, however it was recorded")
  func diff() throws {
    let key = "AKIA0000000000000009"
    let owner = "arn:aws:iam::111122223333:user/bob"
    let created = HistoryEvent.request(
      1, at: 10, change: .created(key: key, owner: owner, kind: .permanent, expires: nil))
    let disabled = HistoryEvent.request(2, at: 20, change: .disabled(key: key, owner: owner))
    let revoked = HistoryEvent.request(3, at: 30, change: .revoked(key: key, owner: owner))
    var stories: [[Row]] = []
    for order in [[created, disabled, revoked], [revoked, created, disabled]] {
      let ledger = try TemporaryLedger()
      for event in order { try ledger.add([event]) }
      let reader = try ledger.reader()
      let rows = try reader.diff(
        from: Moment(before: Timestamp(seconds: 1_700_000_000)),
        to: Moment(before: Timestamp(seconds: 1_700_000_100)))
      stories.append(
        rows.map { row in
          var kept = Row()
          for column in row.columns where column.name != "sequence" {
            kept.append(column.name, column.value)
          }
          return kept
        })
    }
    #expect(stories[0] == stories[1])
    let life = stories[0].filter { $0["id"] == .text(key) && $0["field"] == .text("state") }
    #expect(life.map { $0["after"] } == [.text("active"), .text("disabled"), .text("revoked")])
  }
}
