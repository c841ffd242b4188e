import Ledger
import Testing

@Suite("Rules as bad as a record can hold them stop nobody, and no command makes such a record")
struct HostileRulesTests {
  private static func limit(
    _ algorithm: LimitAlgorithm, _ limit: RateLimit, scope: LimitScope = .user
  ) -> LimitRule {
    LimitRule(
      operation: nil, algorithm: algorithm, scope: scope, limit: limit, isCustomizable: true,
      isShown: true)
  }

  /// `acme` with `ana` and the profile `p` under these rules, as a record says them.
  private static func book(_ policy: Policy, version: UInt32 = 1) -> Book {
    var book = Book.withKey()
    book.add(
      .profileSet(ProfileSet(name: "p", version: version, document: "old", policy: policy)))
    book.add(.operationDefined(OperationDefined(name: "read")))
    return book
  }

  private static var allowed: EventBody {
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .allowed)
    request.key = KeyOrdinal(0)
    request.profile = ProfileOrdinal(0)
    return .requestDecided(request)
  }

  private static let worst: [RateLimit] = [0, 1, 2, .max].flatMap { capacity in
    [0, 1, .max].flatMap { refill in
      [.min, -1, 0, 1, 60_000_000, .max].map { interval in
        RateLimit(capacity: capacity, refill: refill, interval: interval)
      }
    }
  }

  private static let moments: [Timestamp] = [
    .distantPast, Timestamp(microseconds: .min + 1), Timestamp(microseconds: -1),
    Timestamp(microseconds: 0), time(), Timestamp(microseconds: .max - 1), .distantFuture,
  ]

  @Test("A limiter of any numbers at any time is read and used up", arguments: worst)
  func limiters(limit: RateLimit) {
    let algorithms: [LimitAlgorithm] = [.unspecified, .fixedWindow, .tokenBucket]
    for algorithm in algorithms {
      for level in [0, 1, UInt64.max - 1, .max] {
        for last in Self.moments {
          let held = Limiter(level: level, last: last, unused: .distantFuture)
          for now in Self.moments {
            let reading = LimiterReading(held, limit, algorithm, at: now)
            #expect(reading.remaining <= limit.capacity)
            _ = reading.consumed
          }
        }
      }
      for now in Self.moments {
        let reading = LimiterReading(nil, limit, algorithm, at: now)
        #expect(reading.remaining == limit.capacity)
        _ = reading.consumed
      }
    }
  }

  @Test("A log that allowed what no limit allows is folded", arguments: worst)
  func allowedBeyondTheLimit(limit: RateLimit) throws {
    for algorithm in LimitAlgorithm.allCases {
      var book = Self.book(
        Policy(limits: [Self.limit(algorithm, limit)], costs: [], abuse: nil))
      for moment in Self.moments { book.add(Self.allowed, at: moment) }
      #expect(try restored(book.state) == book.state)
    }
  }

  @Test(
    "Windows and blocks of any length are counted",
    arguments: [.min, .min + 1, -1, 0, 1, .max] as [Int64])
  func abuse(span: Int64) throws {
    for threshold: UInt32 in [0, 1, 2, .max] {
      let rule = AbuseRule(threshold: threshold, window: span, duration: span)
      for moment in Self.moments {
        var book = Self.book(Policy(limits: [], costs: [], abuse: rule))
        for number in 0..<4 {
          let outcome = TaskOutcome(
            user: UserOrdinal(0), task: tag("\(number)"), succeeded: false, decision: nil,
            earlier: nil)
          #expect(book.run(.reportTask(outcome), at: moment).isSuccess)
        }
        #expect(try restored(book.state) == book.state)
      }
    }
  }

  @Test("The version of a profile does not run over")
  func version() {
    var book = Self.book(Policy(), version: .max)
    let rules = ProfileRules(limits: [], costs: [], abuse: nil, operations: [])
    book.run(.setProfile(name: "p", document: "new", rules))
    #expect(book.state.profiles[0].version == .max)
  }

  private static func rules(
    _ limits: [ProfileRules.Limit] = [], costs: [ProfileRules.Cost] = [], abuse: AbuseRule? = nil,
    operations: [String] = []
  ) -> ProfileRules {
    ProfileRules(limits: limits, costs: costs, abuse: abuse, operations: operations)
  }

  private static func limit(
    _ limit: RateLimit, operation: String? = nil, algorithm: LimitAlgorithm = .fixedWindow,
    scope: LimitScope = .user
  ) -> ProfileRules.Limit {
    ProfileRules.Limit(
      operation: operation, algorithm: algorithm, scope: scope, limit: limit,
      isCustomizable: false, isShown: false)
  }

  private static let ten = RateLimit(capacity: 10, refill: 10, interval: 60_000_000)

  private static let unsound: [ProfileRules] = [
    rules([limit(RateLimit(capacity: 0, refill: 1, interval: 1))]),
    rules([limit(RateLimit(capacity: 1, refill: 0, interval: 1))]),
    rules([limit(RateLimit(capacity: 1, refill: 1, interval: 0))]),
    rules([limit(RateLimit(capacity: 1, refill: 1, interval: .min))]),
    rules([limit(ten, algorithm: .unspecified)]), rules([limit(ten, scope: .unspecified)]),
    rules([limit(ten), limit(RateLimit(capacity: 5, refill: 5, interval: 60_000_000))]),
    rules([limit(ten, operation: "")]), rules([limit(ten, operation: "a\nb")]),
    rules(costs: [.init(operation: String(repeating: "x", count: 70_000), credits: 1)]),
    rules(costs: [.init(operation: "read", credits: .max)]),
    rules(operations: [String(repeating: "x", count: 70_000)]),
    rules(abuse: AbuseRule(threshold: 0, window: 1, duration: 1)),
    rules(abuse: AbuseRule(threshold: .max, window: 1, duration: 1)),
    rules(abuse: AbuseRule(threshold: 1, window: 0, duration: 1)),
    rules(abuse: AbuseRule(threshold: 1, window: 1, duration: .min)),
  ]

  @Test("A profile whose rules cannot be kept is refused", arguments: unsound)
  func unsoundRules(rules: ProfileRules) {
    var book = Book.withKey()
    guard case .failure(.invalid) = book.run(.setProfile(name: "p", document: "{}", rules)) else {
      Issue.record("accepted")
      return
    }
    #expect(book.state.profiles.isEmpty && book.state.operations.isEmpty)
  }

  @Test("Limits that differ in anything but their count stand beside each other")
  func soundRules() {
    var book = Book.withKey()
    let day = RateLimit(capacity: 10, refill: 10, interval: 86_400_000_000)
    let rules = Self.rules([
      Self.limit(Self.ten), Self.limit(day), Self.limit(Self.ten, operation: "read"),
      Self.limit(Self.ten, algorithm: .tokenBucket), Self.limit(Self.ten, scope: .key),
    ])
    #expect(book.run(.setProfile(name: "p", document: "{}", rules)).isSuccess)
  }

  @Test("What is too large for one record is refused: rules, counts, a request's operation")
  func tooLarge() {
    var book = Book.withKey()
    let many = (0..<5_000).map { number in
      Self.limit(RateLimit(capacity: 1, refill: 1, interval: Int64(number) + 1))
    }
    #expect(
      book.run(.setProfile(name: "p", document: "{}", Self.rules(many)))
        == .failure(.tooLarge("profile 'p'")))
    let counts = (0..<20_000).map {
      CoalescedCount(profile: ProfileOrdinal($0), reason: .noCredential, count: 1)
    }
    let flood = RequestsCoalesced(counts: counts, started: time(), ended: time())
    #expect(!book.run(.coalesce(flood)).isSuccess)
    book.run(.setProfile(name: "p", document: "{}", Self.rules()))
    let long = String(repeating: "x", count: 70_000)
    let size = book.events.count
    let request = RequestFacts(profile: ProfileOrdinal(0), operation: long)
    #expect(!book.run(.decideRequest(request)).isSuccess)
    #expect(book.events.count == size)
  }
}
