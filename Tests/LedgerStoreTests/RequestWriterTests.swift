import Foundation
import Ledger
import LedgerStore
import Synchronization
import Testing
import Transparency

@Suite("The writer under many requests")
struct RequestWriterTests {
  private static let profile = ProfileOrdinal(UInt32(0))

  /// Somebody without a credential.
  private static var nobody: RequestProposal {
    RequestProposal(RequestFacts(profile: profile, operation: "buy"), userAgent: "flood/1")
  }

  /// Collects the answers to requests that are submitted without waiting.
  private final class Answers: Sendable {
    private let all = Mutex<[Result<RequestOutcome, RequestFailure>]>([])
    private let arrived = DispatchGroup()

    func submit(_ request: RequestProposal, to writer: LedgerWriter) {
      arrived.enter()
      writer.submit(request) { result in
        self.all.withLock { $0.append(result) }
        self.arrived.leave()
      }
    }

    func wait() -> [Result<RequestOutcome, RequestFailure>] {
      arrived.wait()
      return all.withLock { $0 }
    }
  }

  /// Bytes of blocks in the log: what of its segments is not zero.
  private func usedBytes(_ ledger: TemporaryLedger) throws -> Int {
    try ledger.bytes(below: ledger.directory.log)
      .filter { $0.key.hasSuffix(".klog") }
      .map { ($0.value.lastIndex { $0 != 0 } ?? -1) + 1 }.reduce(0, +)
  }

  private func counts(_ ledger: TemporaryLedger) throws -> [Row] {
    var question = UsageQuestion()
    question.dimensions = [.reason]
    let counted = try ledger.reader().usage(question).rows
    question.fromRecords = true
    #expect(try ledger.reader().usage(question).rows == counted)
    return counted
  }

  @Test("A million requests of nobody are all counted, in less than a megabyte")
  func flood() throws {
    var options = WriterOptions(program: "test")
    options.queueDepth = 2_000_000
    let office = try Office(options)
    let before = try usedBytes(office.ledger)
    let million = 1_000_000
    let answers = Answers()
    for _ in 0..<million { answers.submit(Self.nobody, to: office.writer) }
    let reasons = answers.wait().map { try? $0.get().answer.reason }
    #expect(reasons.count == million && reasons.allSatisfy { $0 == .noCredential })
    try office.writer.close()
    #expect(try usedBytes(office.ledger) - before < 1_000_000)
    let counted = try counts(office.ledger)
    #expect(counted.map { $0["reason"] } == [.text("no_credential")])
    #expect(counted.map { $0["refused"] } == [.number(Int64(million))])
    #expect(try office.ledger.reader().state(at: .now).state.clients.count <= 1)
  }

  @Test("A few requests of nobody have a record each, and more share one every tenth of a second")
  func fewAndMany() async throws {
    var options = WriterOptions(program: "test")
    options.unauthenticatedPerSecond = 5
    let office = try Office(options)
    let answers = Answers()
    for _ in 0..<50 { answers.submit(Self.nobody, to: office.writer) }
    let outcomes = try answers.wait().map { try $0.get() }
    let recorded = outcomes.compactMap(\.sequence)
    #expect(recorded.count >= 5 && recorded.count < 50)
    try office.writer.close()
    #expect(try counts(office.ledger).map { $0["refused"] } == [.number(50)])
  }

  @Test("A flood that lasts does not get its allowance every second")
  func lasting() async throws {
    var options = WriterOptions(program: "test")
    options.unauthenticatedPerSecond = 20
    let office = try Office(options)
    let end = ContinuousClock.now + .seconds(3)
    var recorded = 0
    var asked = 0
    while ContinuousClock.now < end {
      let answers = Answers()
      for _ in 0..<20 { answers.submit(Self.nobody, to: office.writer) }
      asked += 20
      recorded += try answers.wait().compactMap { try $0.get().sequence }.count
    }
    #expect(asked > 100 && recorded <= 20)
  }

  @Test("In a flood a key that does not work is answered with the one that nobody has")
  func evenTime() throws {
    var options = WriterOptions(program: "test")
    options.unauthenticatedPerSecond = 0
    let office = try Office(options)
    let (id, secret) = try office.key()
    var patch = KeyPatch()
    patch.enabled = false
    try office.ask(.patchKey(id: id, patch))
    var facts = RequestFacts(profile: Self.profile, operation: "buy")
    facts.key = office.writer.hasher.key(secret)
    let order = Mutex<[Reason]>([])
    let arrived = DispatchGroup()
    for request in [Self.nobody, RequestProposal(facts, userAgent: nil)] {
      arrived.enter()
      office.writer.submit(request) { result in
        if let reason = try? result.get().answer.reason { order.withLock { $0.append(reason) } }
        arrived.leave()
      }
    }
    arrived.wait()
    #expect(order.withLock { $0 } == [.noCredential, .disabled])
  }

  @Test("Two imports of the same events at once record each once")
  func twoImports() throws {
    let ledger = try TemporaryLedger()
    let writer = try LedgerWriter(ledger.directory, program: "test")
    let events = (0..<400).map { number in
      HistoryEvent(
        id: "e\(number)", happened: Timestamp(seconds: 1_700_000_000 + Int64(number)),
        organization: "111122223333", user: "ana", key: "AKIA1", operation: "s3:List",
        type: .apiCall, reason: .allowed, errorCode: nil, clientAddress: nil, userAgent: nil,
        change: nil, content: [UInt8](number.description.utf8))
    }
    let totals = Mutex<[UInt64]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<3 {
        guard var importer = try? Importer(writer, source: .cloudtrail, by: Actor(operatorID: 1))
        else { return }
        try? importer.add(events)
        let added = importer.summary.added
        totals.withLock { $0.append(added) }
      }
    }
    try writer.close()
    #expect(totals.withLock { $0.reduce(0, +) } == 400)
    #expect(totals.withLock { $0.count } == 12)
    let imported = try ledger.reader().state(at: .now).state.imported
    #expect(imported == 400)
  }

  @Test("The agents that strangers name do not fill the vault")
  func strangers() throws {
    let office = try Office()
    let answers = Answers()
    for number in 0..<90 {
      var request = Self.nobody
      request.userAgent = "agent \(number) " + String(repeating: "x", count: 4_000)
      answers.submit(request, to: office.writer)
    }
    #expect(try answers.wait().allSatisfy { try $0.get().sequence != nil })
    try office.writer.close()
    let clients = try office.ledger.reader().state(at: .now).state.clients
    // Ten a second; the test may cross into another.
    #expect((1...40).contains(clients.count))
    #expect(clients.allSatisfy { $0.sealed?.box?.count ?? 0 < 400 })
  }

  @Test("The statistics are right before the first commit")
  func statistics() throws {
    let office = try Office()
    try office.writer.close()
    let again = try LedgerWriter(office.ledger.directory, program: "test")
    let values = again.statistics.current
    let size = try again.withBook { book throws(StoreError) in book.logSize }
    #expect([values.logSize, values.signedSize, values.projectedSize] == [size, size, size])
    try again.close()
  }

  @Test("Where too many wait, one more is turned away at once, and counted")
  func overload() throws {
    var options = WriterOptions(program: "test")
    options.queueDepth = 3
    let office = try Office(options)
    let isBusy = DispatchSemaphore(value: 0)
    let mayGoOn = DispatchSemaphore(value: 0)
    let writer = office.writer
    let busy = Thread {
      try? writer.withBook { _ throws(StoreError) in
        isBusy.signal()
        mayGoOn.wait()
      }
    }
    busy.start()
    isBusy.wait()
    let answers = Answers()
    for _ in 0..<8 { answers.submit(Self.nobody, to: writer) }
    #expect(writer.queueDepth == 3)
    mayGoOn.signal()
    let results = answers.wait()
    let turnedAway = results.filter { if case .failure(.overloaded) = $0 { true } else { false } }
    #expect(results.count == 8 && turnedAway.count == 5)
    try writer.close()
    #expect(writer.statistics.current.decisions[.overloaded] == 5)
    let counted = try counts(office.ledger)
    #expect(counted.map { $0["reason"] } == [.text("no_credential"), .text("overloaded")])
    #expect(counted.map { $0["refused"] } == [.number(3), .number(5)])
  }

  @Test("A thousand requests at once against a limit of ten: ten pass, also after a restart")
  func thousand() throws {
    let office = try Office()
    _ = try office.writer.perform(
      Proposal(by: Office.clerk) { _, _, _ in
        .success(
          .setProfile(
            name: "shop", document: #"{"name":"shop","limit":10}"#,
            ProfileRules(
              limits: [
                ProfileRules.Limit(
                  operation: "buy", algorithm: .fixedWindow, scope: .user,
                  limit: RateLimit(capacity: 10, refill: 10, interval: 3_600_000_000),
                  isCustomizable: false, isShown: true)
              ], costs: [], abuse: nil, operations: ["buy"])))
      })
    let (_, secret) = try office.key()
    var facts = RequestFacts(profile: Self.profile, operation: "buy")
    facts.key = office.writer.hasher.key(secret)
    let answers = Answers()
    for _ in 0..<1_000 { answers.submit(RequestProposal(facts, userAgent: nil), to: office.writer) }
    let outcomes = try answers.wait().map { try $0.get().answer }
    let passed = outcomes.filter { $0.reason == .allowed }
    #expect(passed.compactMap { $0.shown?.remaining }.sorted() == Array(0...9))
    #expect(outcomes.filter { $0.reason == .rateLimited }.count == 990)
    try office.writer.close()
    let again = try LedgerWriter(office.ledger.directory, program: "test")
    let more = Answers()
    for _ in 0..<100 { more.submit(RequestProposal(facts, userAgent: nil), to: again) }
    #expect(try more.wait().allSatisfy { try $0.get().answer.reason == .rateLimited })
    try again.close()
  }

  @Test("What waits when the writer closes is decided first; what comes after is refused")
  func drain() throws {
    let office = try Office()
    let (_, secret) = try office.key { $0.limit = RateLimit(text: "100/1h") }
    var facts = RequestFacts(profile: Self.profile, operation: "look")
    facts.key = office.writer.hasher.key(secret)
    let answers = Answers()
    for _ in 0..<50 { answers.submit(RequestProposal(facts, userAgent: nil), to: office.writer) }
    try office.writer.close()
    let outcomes = try answers.wait().map { try $0.get() }
    #expect(outcomes.allSatisfy { $0.answer.reason == .allowed && $0.sequence != nil })
    let late = Answers()
    late.submit(RequestProposal(facts, userAgent: nil), to: office.writer)
    let result = try #require(late.wait().first)
    guard case .failure(.notRecorded(.closed)) = result else {
      Issue.record("decided after the end: \(result)")
      return
    }
    let reader = try office.ledger.reader()
    let signed = try #require(try reader.directory.readCheckpoint())
    #expect(reader.logSize == signed.checkpoint.size)
  }

  @Test("A proposal that cannot be resolved fails alone, and the writer goes on")
  func unresolved() throws {
    let office = try Office()
    #expect(throws: StoreError.self) {
      try office.writer.perform(
        Proposal(by: Office.clerk) { _, _, _ throws(StoreError) in throw .invalid("no") })
    }
    try office.ask(.createUser(UserCreation(id: "ben", organization: "acme")))
    #expect(office.writer.statistics.current.failure == nil)
  }

  @Test("The projection follows a writer that has little to do")
  func projection() async throws {
    let office = try Office()
    let deadline = ContinuousClock.now + .seconds(20)
    while office.writer.statistics.current.projectedSize < (try office.size) {
      try #require(ContinuousClock.now < deadline, "the projection does not follow")
      await Task.yield()
    }
  }

  @Test("An earlier report of a task is found after a restart, from SQLite")
  func reports() throws {
    let office = try Office()
    let report = OutcomeReport(user: "ada", task: "t1", outcome: .failed, sequence: nil)
    let first = try office.ask(.reportOutcome(report))
    try office.writer.close()
    let again = try LedgerWriter(office.ledger.directory, program: "test")
    defer { _ = try? again.close() }
    let second = try Administration(again).performAndWait(
      .reportOutcome(report), by: Office.clerk)
    #expect(second.row == first)
  }
}
