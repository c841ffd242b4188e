import Ledger
import LedgerStore
import Testing

@Suite("Reports of tasks")
struct OutcomeTests {
  @Test("A failure that names its decision is refunded once; repeats answer the first report")
  func refund() async throws {
    let office = try Office()
    try office.ask(.grantCredits(CreditGrant(user: "ada", amount: 5)))
    let (_, secret) = try office.key()
    let decided = try #require(try await office.buy(secret).sequence)
    #expect(try office.balance == 4)
    let report = OutcomeReport(user: "ada", task: "t", outcome: .failed, sequence: decided)
    let first = try office.ask(.reportOutcome(report))
    #expect(try office.balance == 5)
    let size = try office.size
    #expect(first["sequence"] == Value(size - 2))
    #expect(try office.ask(.reportOutcome(report)) == first)
    #expect(try office.size == size)
    let other = OutcomeReport(user: "ada", task: "t", outcome: .succeeded)
    #expect(office.refusal(.reportOutcome(other))?.kind == .conflict)
    #expect(try office.balance == 5)
  }

  @Test("A record that is no decision on the user is refused, beyond the end of the log too")
  func unrelated() async throws {
    let office = try Office()
    try office.ask(.createUser(UserCreation(id: "bob", organization: "acme")))
    let (_, secret) = try office.key()
    let decided = try #require(try await office.buy(secret).sequence)
    for (user, sequence) in [("ada", 0), ("ada", UInt64.max), ("bob", decided)] {
      let report = OutcomeReport(user: user, task: "t", outcome: .failed, sequence: sequence)
      #expect(
        office.refusal(.reportOutcome(report)) == .unrelatedDecision(SequenceNumber(sequence)))
    }
  }

  @Test("A block is explained by its evidence and ends when it is released")
  func block() async throws {
    let office = try Office()
    try office.ask(.grantCredits(CreditGrant(user: "ada", amount: 5)))
    let (_, secret) = try office.key()
    var evidence: [Value] = []
    for task in ["a", "b", "c"] {
      let report = OutcomeReport(user: "ada", task: task, outcome: .failed)
      evidence.append(try #require(try office.ask(.reportOutcome(report))["sequence"]))
    }
    let refused = try await office.buy(secret)
    #expect(refused.answer.reason == .abuseBlocked)
    let sequence = try #require(refused.sequence)
    let told = try office.ledger.reader().explain(sequence).row
    #expect(told["agrees"] == .flag(true))
    guard case .object(let block)? = told["block"] else {
      Issue.record("no block is told")
      return
    }
    #expect(block["evidence"] == .list(evidence))
    let behind = told.events
    #expect(evidence.allSatisfy { behind[$0] == "task.reported" })
    #expect(behind.values.contains("abuse.blocked"))
    #expect(try office.ask(.releaseBlock(user: "ada"))["released"] == .flag(true))
    #expect(try office.ask(.releaseBlock(user: "ada"))["released"] == .flag(false))
    #expect(try await office.buy(secret).answer.reason == .allowed)
  }
}

@Suite("Explanations")
struct ExplainTests {
  @Test("A limited request is told with its limits before it and the records behind it")
  func limited() async throws {
    let office = try Office()
    try office.ask(.grantCredits(CreditGrant(user: "ada", amount: 5)))
    let made = try office.size
    let (id, secret) = try office.key()
    let unused = try office.size
    for _ in 0..<2 { #expect(try await office.buy(secret).answer.reason == .allowed) }
    let used = try office.size
    let refused = try await office.buy(secret)
    let sequence = try #require(refused.sequence)
    let reader = try office.ledger.reader()
    let (told, isDecision) = try reader.explain(sequence)
    #expect(isDecision)
    #expect(told["reason"] == .text("rate_limited"))
    #expect(told["derived"] == .text("rate_limited"))
    #expect(told["agrees"] == .flag(true))
    #expect(told["key"] == .text(id))
    #expect(told["profile"] == .text("shop"))
    guard case .list(let limits)? = told["limits"], case .object(let limit)? = limits.first else {
      Issue.record("no limit is told")
      return
    }
    #expect(limit["algorithm"] == .text("token-bucket"))
    #expect(limit["remaining"] == .number(0))
    #expect(told.events[Value(made)] == "key.created")
    #expect(told.events.values.sorted() == ["credits.granted", "key.created", "profile.set"])

    func rows(_ size: UInt64) throws -> [Row] {
      reader.limits(in: try reader.state(at: Moment(logSize: size)))
    }
    #expect(try rows(unused).isEmpty)
    let row = try #require(try rows(used).first)
    #expect(try rows(used).count == 1)
    #expect(row["key"] == .text(id))
    #expect(row["user"] == .text("ada"))
    #expect(row["limit"] == .number(2))
    #expect(row["remaining"] == .number(0))
  }

  @Test("A change of the key stands behind the refusal that it led to")
  func changed() async throws {
    let office = try Office()
    let (id, secret) = try office.key()
    var patch = KeyPatch()
    patch.enabled = false
    let change = try office.size
    try office.ask(.patchKey(id: id, patch))
    let sequence = try #require(try await office.buy(secret).sequence)
    let told = try office.ledger.reader().explain(sequence).row
    #expect(told["reason"] == .text("disabled"))
    #expect(told["keyState"] == .text("disabled"))
    #expect(told.events[Value(change)] == "key.disabled")
    #expect(told["limits"] == .list([]))
  }

  @Test("A record that is no decision is told, and one that is not there is not found")
  func others() throws {
    let office = try Office()
    let reader = try office.ledger.reader()
    let (row, isDecision) = try reader.explain(0)
    #expect(!isDecision)
    #expect(row["type"] == .text("log.started"))
    let error = #expect(throws: StoreError.self) { _ = try reader.explain(reader.logSize) }
    guard case .notFound? = error else {
      Issue.record("expected not found, got \(String(describing: error))")
      return
    }
  }

  @Test("A key's own limit is told before it is used, in place of the profile's")
  func ownLimit() async throws {
    let office = try Office()
    let own = RateLimit(capacity: 9, refill: 9, interval: 60_000_000)
    let (id, _) = try office.key { $0.limit = own }
    let reader = try office.ledger.reader()
    let rows = reader.limits(in: try reader.state(at: Moment(logSize: reader.logSize)))
    let row = try #require(rows.first)
    #expect(rows.count == 1)
    #expect(row["key"] == .text(id))
    #expect(row["limit"] == .number(9))
    #expect(row["remaining"] == .number(9))
    #expect(row["resetAt"] == .null)
  }
}

extension Office {
  var balance: Int64 {
    get throws {
      try writer.withBook { book throws(StoreError) in book.state.users[0].credits }
    }
  }
}

extension Row {
  /// The records behind a decision: types by sequence.
  fileprivate var events: [Value: String] {
    guard case .list(let values)? = self["events"] else { return [:] }
    var events: [Value: String] = [:]
    for case .object(let event) in values {
      if let sequence = event["sequence"], case .text(let type)? = event["type"] {
        events[sequence] = type
      }
    }
    return events
  }
}
