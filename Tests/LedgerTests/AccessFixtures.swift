import Ledger
import Testing

/// The rules of the two APIs that are shipped, as deciding sees them.
extension ProfileRules {
  static let zazmic = ProfileRules(
    limits: [
      .init(
        operation: "tasks.execute", algorithm: .fixedWindow, scope: .user, limit: .tenPerMinute,
        isCustomizable: false, isShown: true)
    ],
    costs: [.init(operation: "tasks.execute", credits: 1)], abuse: .tenInTenMinutes,
    operations: ["tasks.execute", "tasks.list", "other"])

  static let azen = ProfileRules(
    limits: [
      .init(
        operation: nil, algorithm: .tokenBucket, scope: .key, limit: .sixtyPerMinute,
        isCustomizable: true, isShown: false)
    ],
    costs: [], abuse: nil, operations: ["memory.create", "other"])

  static func limited(
    _ limit: RateLimit, algorithm: LimitAlgorithm, scope: LimitScope, shown: Bool = false
  ) -> ProfileRules {
    ProfileRules(
      limits: [
        .init(
          operation: nil, algorithm: algorithm, scope: scope, limit: limit, isCustomizable: true,
          isShown: shown)
      ], costs: [], abuse: nil, operations: [])
  }
}

extension RateLimit {
  static let tenPerMinute = RateLimit(capacity: 10, refill: 10, interval: 60_000_000)
  static let sixtyPerMinute = RateLimit(capacity: 60, refill: 60, interval: 60_000_000)
}

extension AbuseRule {
  static let tenInTenMinutes = AbuseRule(
    threshold: 10, window: 600_000_000, duration: 600_000_000)
}

extension ProfileOrdinal {
  /// In `Book.open`.
  static let zazmic = ProfileOrdinal(0)
  static let azen = ProfileOrdinal(1)
}

extension RequestFacts {
  /// A request to `zazmic` unless told otherwise, with the secret of a key, a session that lasts,
  /// or both.
  static func of(
    _ operation: String = "tasks.execute", profile: ProfileOrdinal = .zazmic, key: String? = nil,
    session user: String? = nil
  ) -> RequestFacts {
    var facts = RequestFacts(profile: profile, operation: operation)
    if let key { facts.key = .hashed([secretHash("secret of \(key)")]) }
    if let user {
      facts.session = .valid(
        user: tag(user), session: tag("session of \(user)"), expires: .distantFuture)
    }
    return facts
  }
}

extension Book {
  /// `withKey` with both profiles, 1,000 credits of `ana` and `bob`, and `bob`'s key `b1`. Nothing
  /// in it takes time: the clock stands at `time(0)`.
  static let open: Book = {
    var book = Book()
    let commands: [(Book) -> Command] = [
      { _ in .registerOrganization(id: "acme") }, { _ in .registerOrganization(id: "globex") },
      { .registerUser($0.user("ana"), organization: OrganizationOrdinal(0)) },
      { .registerUser($0.user("bob"), organization: OrganizationOrdinal(1)) },
      { _ in .setProfile(name: "zazmic", document: "zazmic", .zazmic) },
      { _ in .setProfile(name: "azen", document: "azen", .azen) },
      { _ in .createKey(newKey("k1")) },
      { _ in .createKey(newKey("b1", organization: 1, user: 1)) },
      { _ in .grantCredits(UserOrdinal(0), 1_000) }, { _ in .grantCredits(UserOrdinal(1), 1_000) },
    ]
    for command in commands { book.run(command(book), at: time()) }
    return book
  }()

  /// Rules in place of those of `zazmic`.
  mutating func setRules(_ rules: ProfileRules, at moment: Timestamp? = nil) {
    let result = run(
      .setProfile(name: "zazmic", document: "version \(events.count)", rules), at: moment ?? clock)
    #expect(result.isSuccess)
  }

  /// Decides a request and its record again, which must agree.
  @discardableResult
  mutating func ask(_ facts: RequestFacts, at moment: Timestamp) throws -> RequestDecided {
    let before = state
    let events = try run(.decideRequest(facts), at: moment).get()
    guard case .requestDecided(let request)? = events.last?.body else {
      throw MissingDecision()
    }
    let again = try #require(before.decideAgain(request, recorded: events[events.count - 1]))
    #expect(again.reason == request.reason && again.charged == request.charged)
    return request
  }

  mutating func reason(_ facts: RequestFacts, at moment: Timestamp) throws -> Reason {
    try ask(facts, at: moment).reason
  }

  /// How many of so many requests at one moment pass.
  mutating func passed(_ count: Int, _ facts: RequestFacts, at moment: Timestamp) throws -> Int {
    var passed = 0
    for _ in 0..<count where try reason(facts, at: moment) == .allowed { passed += 1 }
    return passed
  }

  /// The answer to one more request.
  mutating func answer(_ facts: RequestFacts, at moment: Timestamp) throws -> RequestAnswer {
    let request = try ask(facts, at: moment)
    return state.answer(to: request, at: moment)
  }

  /// Reports an outcome as the shell does: the earlier report of the task comes from the log.
  @discardableResult
  mutating func report(
    _ task: String, of user: Int = 0, succeeded: Bool = false, decision: UInt64? = nil,
    at moment: Timestamp
  ) -> Result<[Event], Refusal> {
    run(
      .reportTask(
        TaskOutcome(
          user: UserOrdinal(user), task: tag(task), succeeded: succeeded,
          decision: decision.flatMap { self.decision($0) },
          earlier: earlier(UserOrdinal(user), tag(task)))), at: moment)
  }

  /// The place of the last record.
  var last: UInt64 { UInt64(events.count - 1) }

  private func decision(_ sequence: UInt64) -> ReportedDecision? {
    let event = events[Int(sequence)]
    guard case .requestDecided(let request) = event.body,
      let user = state.subject(of: request)?.user
    else { return nil }
    return ReportedDecision(
      sequence: SequenceNumber(sequence), user: user, charged: request.charged,
      recorded: event.recorded)
  }

  private func earlier(_ user: UserOrdinal, _ task: Ledger.Tag) -> EarlierReport? {
    for (at, event) in events.enumerated() {
      if case .taskReported(let body) = event.body, body.user == user, body.task == task {
        return EarlierReport(sequence: SequenceNumber(UInt64(at)), succeeded: body.succeeded)
      }
    }
    return nil
  }

  var types: [EventType] { events.map(\.body.type) }
  func credits(_ user: Int = 0) -> Int64 { state.users[user].credits }
}

struct MissingDecision: Error {}

/// So many microseconds after `time(seconds)`.
func time(_ seconds: Int64, _ microseconds: Int64) -> Timestamp {
  time(seconds).adding(microseconds: microseconds)
}
