import CloudTrail
import Ledger
import Testing

/// 2,900 real events, recorded while attack techniques ran against an account.
@Suite("The real data")
struct RealDataTests {
  private static let parsed = Result {
    try events(ofDirectory: folder("../shared/data/cloudtrail-stratus"))
  }

  let all: [CloudTrailEvent]

  init() throws {
    all = try RealDataTests.parsed.get()
  }

  @Test("Every event of every file is delivered once")
  func counts() {
    #expect(all.count == 2_900)
    #expect(Set(all.map(\.id)).count == 2_900)
    #expect(all.allSatisfy { $0.organization == "123837392027" })
    #expect(all.map(\.happened).min() == Timestamp(seconds: 1_688_989_338))  // 2023-07-10T11:42:18Z
    #expect(all.map(\.happened).max() == Timestamp(seconds: 1_688_992_670))  // 2023-07-10T12:37:50Z
  }

  @Test("102 requests were throttled and 60 denied; quotas and missing things are not refusals")
  func decisions() {
    #expect(all.count { $0.outcome == .allowed } == 2_738)
    #expect(all.count { $0.outcome == .refused(.rateLimited) } == 102)
    #expect(all.count { $0.outcome == .refused(.forbidden) } == 60)
    #expect(all.count { $0.errorCode != nil } == 300)
    let quotas = all.filter { $0.errorCode == "Client.VpcLimitExceeded" }
    #expect(quotas.count == 3 && quotas.allSatisfy { $0.outcome == .allowed })
  }

  @Test("The event types are kept")
  func types() {
    #expect(all.count { $0.requestType == .apiCall } == 2_855)
    #expect(all.count { $0.requestType == .serviceEvent } == 42)
    #expect(all.count { $0.requestType == .consoleSignIn } == 3)
  }

  @Test("163 keys: 2 permanent and 36 temporary ones were created, 2 were deleted")
  func keys() {
    var kinds: [KeyKind] = []
    var revoked: Set<String> = []
    var keys = Set(all.compactMap(\.key))
    for event in all {
      switch event.change {
      case .created(let key, _, let kind, let expires):
        keys.insert(key)
        kinds.append(kind)
        #expect(kind == CloudTrailEvent.keyKind(key))
        #expect((expires == nil) == (kind == .permanent))
      case .revoked(let key, _): revoked.insert(key)
      case .enabled, .disabled: Issue.record("no key was enabled or disabled")
      case nil: break
      }
    }
    #expect(kinds.count { $0 == .permanent } == 2)
    #expect(kinds.count { $0 == .temporary } == 36)
    #expect(revoked == ["AKIATFQR7NSC3ZO6PKAZ", "AKIATFQR7NSCQLA2F4OD"])
    #expect(keys.count == 163)
  }

  @Test(
    "Each backdoor key has the user it was made for as owner and bert-jan as actor",
    arguments: [
      ("AKIATFQR7NSC3ZO6PKAZ", "stratus-red-team-backdoor-u-user"),
      ("AKIATFQR7NSCQLA2F4OD", "malicious-iam-user"),
    ])
  func backdoor(key: String, user: String) throws {
    let owner = "arn:aws:iam::123837392027:user/\(user)"
    let created = KeyChange.created(key: key, owner: owner, kind: .permanent, expires: nil)
    let creation = try #require(all.first { $0.change == created })
    let deletion = try #require(all.first { $0.change == .revoked(key: key, owner: owner) })
    for event in [creation, deletion] {
      #expect(event.user == "arn:aws:iam::123837392027:user/bert-jan")
      #expect(event.clientAddress == "192.168.10.20")
    }
    #expect(creation.operation == "iam.amazonaws.com:CreateAccessKey")
    #expect(deletion.operation == "iam.amazonaws.com:DeleteAccessKey")
    #expect(deletion.happened == Timestamp(seconds: 1_688_992_104))  // 2023-07-10T12:28:24Z
  }

  @Test("A temporary key is its session's and expires when AWS said")
  func temporary() throws {
    let event = try #require(
      all.first {
        guard case .created("ASIATFQR7NSC7E2ZIBM2", _, _, _) = $0.change else { return false }
        return true
      })
    guard case .created(_, let owner, .temporary, let expires?) = event.change else {
      Issue.record("not a temporary key: \(String(describing: event.change))")
      return
    }
    let role = "stratus-red-team-ec2-get-password-data-role"
    let session = "aws-go-sdk-1688990082523310002"
    #expect(owner == "arn:aws:sts::123837392027:assumed-role/\(role)/\(session)")
    #expect(expires == event.happened.adding(seconds: 900), "asked for 900 s")
  }

  @Test("Service events name no user but have an organization")
  func services() {
    let service = all.filter { $0.requestType == .serviceEvent }
    #expect(service.allSatisfy { $0.key == nil && $0.organization == "123837392027" })
    #expect(Set(service.map(\.user)) == ["secretsmanager.amazonaws.com", "ec2.amazonaws.com"])
  }
}
