import CloudTrail
import Ledger
import Testing

/// The invented incident that the documentation tells.
@Suite("The sample")
struct SampleTests {
  let all: [CloudTrailEvent]

  init() throws {
    all = try events(ofDirectory: folder("tools/sample"))
  }

  @Test("50 events of one account in three formats")
  func counts() {
    #expect(all.count == 50)
    #expect(Set(all.map(\.id)).count == 50)
    #expect(all.allSatisfy { $0.organization == "111122223333" })
    #expect(all.count { $0.outcome == .refused(.rateLimited) } == 4)
    #expect(all.count { $0.outcome == .refused(.forbidden) } == 4)
  }

  @Test("The script that made the files is skipped with a count")
  func skipped() {
    let source = CloudTrailSource(paths: [folder("tools/sample")])
    #expect(source.files.count == 3)
    #expect(source.skipped == 1)
  }

  @Test("The backdoor key is created, used, disabled and deleted, in this order")
  func story() {
    let backdoor = "AKIA111EXAMPLEBACKUP"
    let owner = "arn:aws:iam::111122223333:user/svc-backup"
    let changes = all.sorted { $0.happened < $1.happened }.compactMap(\.change)
    #expect(
      changes.filter { "\($0)".contains(backdoor) } == [
        .created(key: backdoor, owner: owner, kind: .permanent, expires: nil),
        .disabled(key: backdoor, owner: owner),
        .revoked(key: backdoor, owner: owner),
      ])
    let uses = all.filter { $0.key == backdoor }
    #expect(uses.count == 14)
    #expect(uses.count { $0.outcome == .allowed } == 8)
    #expect(uses.count { $0.outcome == .refused(.forbidden) } == 3)
    #expect(uses.count { $0.outcome == .refused(.rateLimited) } == 3)
    #expect(uses.allSatisfy { $0.user == owner && $0.clientAddress == "203.0.113.77" })
  }
}
