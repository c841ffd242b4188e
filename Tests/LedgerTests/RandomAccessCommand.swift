import Ledger

/// Commands about access: requests with every kind of credential, under rules as bad as anybody
/// can write them.
extension RandomCommand {
  static func access(for state: LedgerState, _ random: inout SeededGenerator) -> Command {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let user = UserOrdinal(Int.random(in: state.users.indices, using: &random))
    let moments: [Timestamp] = [.distantPast, time(), time(1_000), .distantFuture]
    switch Int.random(in: 0..<20, using: &random) {
    case 0:
      return .setProfile(
        name: pick(["p", "q", "r", "", "a\nb"]), document: pick(["{}", "{ }", "{  }", hugeText]),
        rules(&random))
    case 1: return .grantCredits(user, pick([0, 1, 100, 1 << 53, (1 << 53) + 1, .max]))
    case 2: return .releaseBlock(user)
    case 3, 4, 5: return .reportTask(outcome(of: user, in: state, &random))
    case 6: return .denySession(tag("session \(random.next() % 4)"), expires: pick(moments))
    case 7 where !state.tokens.isEmpty:
      return .revokeToken(TokenOrdinal(Int.random(in: state.tokens.indices, using: &random)))
    case 8: return .rotatePepper(pick([0, 1, 2, 3, 1_000, .max]))
    case 9:
      return .recordAccess(resource: pick(["", "/v1/keys", hugeText]), logSize: pick([0, .max]))
    case 10: return .coalesce(counts(&random))
    default: return .decideRequest(request(in: state, &random))
    }
  }

  static func request(
    in state: LedgerState, _ random: inout SeededGenerator
  ) -> RequestFacts {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    var facts = RequestFacts(
      profile: ProfileOrdinal(pick([0, 0, 1, 2, UInt32.max])),
      operation: pick(["tasks.execute", "tasks.execute", "tasks.list", "read", "", hugeText]))
    facts.isPublic = random.chance(1, in: 20)
    let tags = state.users.compactMap(\.tag) + [tag("nobody")]
    facts.session = pick([
      .none, .none, .invalid,
      .valid(
        user: pick(tags), session: pick([nil, tag("session \(random.next() % 4)")]),
        expires: pick([.distantPast, time(), time(100_000), .distantFuture])),
    ])
    let hashes = state.keys.compactMap(\.hash) + [secretHash("unknown")]
    facts.key = pick([
      .none, .malformed, .hashed([]), .hashed([pick(hashes)]), .hashed([pick(hashes)]),
      .hashed([secretHash("unknown"), pick(hashes)]),
    ])
    facts.tenant = pick([nil, nil, "acme", "globex", ""])
    facts.address = pick([nil, "10.1.2.3", "2001:db8::1", "no address", ""])
    facts.client = pick([
      nil, .new(tag: tag("client \(random.next() % 4)"), sealed: sealed("c")),
    ])
    return facts
  }

  /// Mostly rules that a profile can have, with the largest and smallest numbers.
  static func rules(_ random: inout SeededGenerator) -> ProfileRules {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let isSound = random.chance(3, in: 4)
    let sound = [
      RateLimit(capacity: 5, refill: 2, interval: 3_000_000),
      RateLimit(capacity: .max, refill: .max, interval: .max),
      RateLimit(capacity: .max, refill: 1, interval: 1),
      RateLimit(capacity: 1, refill: .max, interval: 1),
    ]
    let unsound = [RateLimit(), RateLimit(capacity: 1, refill: 0, interval: .min)]
    let spans: [Int64] = isSound ? [1, 600_000_000, .max] : [0, .min, -1]
    let abuse = AbuseRule(
      threshold: pick(isSound ? [1, 3, 10] : [0, .max]), window: pick(spans), duration: pick(spans))
    let operations = [nil, "tasks.execute", "tasks.list"]
    let limits = (0..<pick(isSound ? [0, 1, 2] : [2])).map { number in
      ProfileRules.Limit(
        operation: isSound ? operations[number] : pick(operations),
        algorithm: pick([.fixedWindow, .tokenBucket]), scope: pick([.user, .key]),
        limit: pick(isSound ? sound : unsound), isCustomizable: pick([true, false]),
        isShown: pick([true, false]))
    }
    let costs = (0..<pick(isSound ? [0, 1] : [2])).map { _ in
      ProfileRules.Cost(operation: "tasks.execute", credits: pick([0, 1, 1 << 53]))
    }
    return ProfileRules(
      limits: limits, costs: costs, abuse: pick([nil, abuse]),
      operations: isSound ? ["tasks.execute", "tasks.list"] : [hugeText])
  }

  private static func outcome(
    of user: UserOrdinal, in state: LedgerState, _ random: inout SeededGenerator
  ) -> TaskOutcome {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let sequence = SequenceNumber(pick([0, state.logSize - 1, .max]))
    let decision = ReportedDecision(
      sequence: sequence, user: pick([user, UserOrdinal(0)]), charged: pick([0, 1, .max]),
      recorded: pick([.distantPast, time(), .distantFuture]))
    return TaskOutcome(
      user: user, task: tag("task \(random.next() % 100)"), succeeded: random.chance(1, in: 4),
      decision: pick([nil, decision]),
      earlier: pick([
        nil, nil, nil, EarlierReport(sequence: sequence, succeeded: random.chance(1, in: 2)),
      ]))
  }

  private static func counts(_ random: inout SeededGenerator) -> RequestsCoalesced {
    let many = random.chance(1, in: 4) ? 8_000 : 2
    return RequestsCoalesced(
      counts: (0..<many).map {
        CoalescedCount(profile: ProfileOrdinal($0), reason: .noCredential, count: 1 << 50)
      }, started: .distantPast, ended: .distantFuture)
  }

  private static let hugeText = String(repeating: "x", count: 70_000)
}
