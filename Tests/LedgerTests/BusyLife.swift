import Ledger

/// A long life of a book in which everything happens that a service decides: requests with every
/// credential and fault, changes of keys, users and profiles, outcomes, credits; the clock stands,
/// runs and jumps ahead.
struct BusyLife {
  private(set) var events: [Event] = []
  private(set) var state = LedgerState()
  private(set) var now = time()
  private var random: SeededGenerator
  private var charged: [ReportedDecision] = []
  /// Imports come among the first records, in a tenth of the life.
  private let importsEnd: Int

  init(seed: UInt64, records: Int) {
    random = SeededGenerator(seed: seed)
    importsEnd = records / 10
    found()
    while events.count < records { step() }
  }

  private mutating func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
  private mutating func below(_ end: Int) -> Int { Int.random(in: 0..<end, using: &random) }

  private mutating func run(_ command: Command) {
    guard let decided = try? state.decide(command, by: nil, at: now).get() else { return }
    for event in decided {
      if case .requestDecided(let request) = event.body, request.charged > 0,
        let user = state.subject(of: request)?.user
      {
        charged.append(
          ReportedDecision(
            sequence: SequenceNumber(state.logSize), user: user, charged: request.charged,
            recorded: event.recorded))
        if charged.count > 50 { charged.removeFirst() }
      }
      events.append(event)
      state.evolve(event)
    }
  }

  private mutating func found() {
    for organization in 0..<3 { run(.registerOrganization(id: "o\(organization)")) }
    for user in 0..<6 {
      run(
        .registerUser(
          .new(tag: tag("u\(user)"), sealed: sealed("u\(user)")),
          organization: OrganizationOrdinal(user % 3)))
    }
    run(.setProfile(name: "zazmic", document: "1", .zazmic))
    run(.setProfile(name: "azen", document: "1", .azen))
    run(.setProfile(name: "both", document: "1", rules()))
    for key in 0..<8 { create("k\(key)") }
    for user in 0..<6 { run(.grantCredits(UserOrdinal(user), 50)) }
  }

  private mutating func rules() -> ProfileRules {
    var rules = pick([ProfileRules.zazmic, .azen])
    rules.limits += pick([ProfileRules.azen, .zazmic]).limits
    rules.limits[1].limit = pick([
      RateLimit(capacity: 3, refill: 1, interval: 7_000_000), .sixtyPerMinute,
      RateLimit(capacity: 4, refill: 9, interval: 3_600_000_000),
      RateLimit(capacity: .max, refill: .max, interval: 1),
    ])
    // Limits on one limiter are refused; one more rule of another length keeps them apart.
    if rules.limits[0].limit.interval == rules.limits[1].limit.interval {
      rules.limits[1].limit.interval += 1
    }
    rules.costs = pick([[], [.init(operation: "tasks.execute", credits: UInt64(below(4)))]])
    rules.abuse = pick([
      nil, .tenInTenMinutes, AbuseRule(threshold: 3, window: 60_000_000, duration: 20_000_000),
    ])
    return rules
  }

  private mutating func create(_ id: String) {
    let user = below(6)
    run(
      .createKey(
        newKey(
          id,
          owner: below(12) == 0
            ? nil
            : Membership(organization: OrganizationOrdinal(user % 3), user: UserOrdinal(user)),
          profile: pick([nil, nil, nil, .zazmic, .azen]),
          expires: below(9) == 0 ? now.adding(seconds: Int64(below(5_000)) + 1) : nil,
          scopes: pick([[], [], [], ["tasks.execute", "memory.create"]]),
          addresses: pick([[], [], [], ["10.0.0.0/8"]]),
          limit: below(4) == 0 ? RateLimit(capacity: 2, refill: 2, interval: 5_000_000) : nil,
          idempotency: .init(tag: tag("call \(below(40))"), requestHash: tag("body")))))
  }

  private mutating func step() {
    switch below(2_000) {
    case 0: now = now.adding(seconds: Int64(below(90_000)))
    case 1..<20: now = now.adding(seconds: Int64(below(60)))
    case 20..<800: now = now.adding(microseconds: Int64(below(500_000)))
    default: break
    }
    switch below(100) {
    case 0..<92: run(.decideRequest(request()))
    case 92..<94: changeKey()
    case 94..<97: report()
    case 97 where events.count < importsEnd:
      var book = Book()
      book.run(.registerOrganization(id: "o0"))
      run(RandomHistory.make(count: 1, &random)[0].command(in: book))
    default: administer()
    }
  }

  private mutating func request() -> RequestFacts {
    var facts = RequestFacts(
      profile: ProfileOrdinal(below(3)),
      operation: pick(["tasks.execute", "tasks.execute", "tasks.list", "memory.create", "other"]))
    facts.isPublic = below(60) == 0
    let ends = pick([now.adding(seconds: 100), now, now.adding(seconds: -15), .distantFuture])
    facts.session = pick([
      .none, .none, .none, .invalid,
      .valid(
        user: tag("u\(below(7))"), session: pick([nil, tag("session \(below(9))")]), expires: ends),
    ])
    // Mostly young keys: of the old ones many are revoked.
    let youngest = Int(state.keys.count) - 1
    let key = below(9) == 0 ? below(youngest + 1) : max(0, youngest - below(5))
    let hash = state.keys[key].hash ?? secretHash("unknown")
    facts.key = pick([
      below(9) == 0 ? .malformed : .none, .hashed([hash]), .hashed([hash]), .hashed([hash]),
      .hashed([hash]), .hashed([hash]), .hashed([secretHash("unknown"), hash]),
      .hashed(below(2) == 0 ? [hash] : [secretHash("unknown")]),
    ])
    facts.tenant = pick([nil, nil, nil, nil, nil, "o\(below(3))"])
    facts.address = pick(["10.0.0.1", "10.0.0.1", "192.0.2.1", nil])
    let client = tag("client \(below(30))")
    facts.client =
      state.index.clients[client].map { .known($0) } ?? .new(tag: client, sealed: sealed("c"))
    return facts
  }

  private mutating func changeKey() {
    let key = KeyOrdinal(max(0, state.keys.count - 1 - below(12)))
    switch below(12) {
    case 0: run(.setKey(key, enabled: false))
    case 1, 2, 3: run(.setKey(key, enabled: true))
    case 4: run(.setExpiry(key, pick([nil, nil, now.adding(seconds: Int64(below(4_000)) - 200)])))
    case 5: run(.setExpiry(key, nil))
    case 6, 7:
      run(
        .setRateLimit(
          key,
          pick([
            nil, .tenPerMinute, RateLimit(capacity: 100, refill: 1, interval: 86_400_000_000),
            RateLimit(capacity: 1, refill: 1, interval: 1),
          ])))
    case 8: run(.setScopes(key, pick([[], [], ["tasks.list"], ["tasks.execute", "other"]])))
    case 9: run(.setAddresses(key, pick([[], [], ["10.0.0.0/8", "::/0"]])))
    case 10:
      let id = "r\(events.count)"
      run(.rotateKey(key, id: id, secret: secret(id), grace: pick([0, 60, 5_000])))
    default:
      if below(3) == 0 { run(.revokeKey(key)) }
      create("k\(events.count)")
    }
  }

  private mutating func report() {
    let named = below(2) == 0 ? charged.randomElement(using: &random) : nil
    run(
      .reportTask(
        TaskOutcome(
          user: named?.user ?? UserOrdinal(below(6)), task: tag("task \(events.count)"),
          succeeded: below(4) == 0, decision: named, earlier: nil)))
  }

  private mutating func administer() {
    let user = UserOrdinal(below(6))
    switch below(12) {
    case 0, 1: run(.grantCredits(user, UInt64(1 + below(9))))
    case 2: run(.setUser(user, enabled: true))
    case 3: run(.releaseBlock(user))
    case 4: run(.denySession(tag("session \(below(9))"), expires: now.adding(seconds: 50)))
    case 5: run(.setUser(user, enabled: false))
    case 6, 7: run(.setUser(user, enabled: true))
    case 8: run(.setOrganization(OrganizationOrdinal(below(3)), enabled: below(4) > 0))
    case 9: run(.setProfile(name: "both", document: "\(events.count)", rules()))
    case 10:
      run(
        .coalesce(
          RequestsCoalesced(
            counts: [CoalescedCount(profile: .azen, reason: .unknownKey, count: 7)],
            started: now, ended: now)))
    default:
      for organization in 0..<3 {
        run(.setOrganization(OrganizationOrdinal(organization), enabled: true))
      }
    }
  }
}
