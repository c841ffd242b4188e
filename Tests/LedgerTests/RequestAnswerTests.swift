import Ledger
import Testing

@Suite("What an answer says besides its reason")
struct RequestAnswerTests {
  var book = Book.open
  /// The end of the window that begins at `time(0)`, in seconds.
  private static let reset: Int64 = 1_741_089_660

  @Test("Remaining goes from nine to nought, and stays; limit and reset do not move")
  mutating func remaining() throws {
    for expected: UInt64 in [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] {
      let answer = try book.answer(.of(key: "k1"), at: time(1))
      let shown = LimitStanding(
        limit: 10, remaining: expected, reset: Self.reset, windowSeconds: 60, retryAfter: 59)
      #expect(answer.shown == shown)
      #expect(answer.refusing == nil && answer.retryAfter == nil)
    }
    for second: Int64 in [1, 30, 59] {
      let answer = try book.answer(.of(session: "ana"), at: time(second))
      #expect(answer.reason == .rateLimited)
      #expect(answer.shown?.remaining == 0 && answer.shown?.reset == Self.reset)
      #expect(answer.retryAfter == 60 - second)
      #expect(answer.refusing == answer.shown)
    }
    #expect(try book.answer(.of(key: "k1"), at: time(60)).shown?.remaining == 9)
  }

  @Test("Waiting takes at least a second, rounded up")
  mutating func rounding() throws {
    #expect(try book.passed(10, .of(key: "k1"), at: time(1)) == 10)
    for (microseconds, seconds) in [(0, 59), (1, 59), (999_999, 59)] as [(Int64, Int64)] {
      #expect(try book.answer(.of(key: "k1"), at: time(1, microseconds)).retryAfter == seconds)
    }
    #expect(try book.answer(.of(key: "k1"), at: time(59, 999_999)).retryAfter == 1)
    #expect(try book.answer(.of(key: "k1"), at: time(58, 1)).retryAfter == 2)
  }

  @Test("After that many seconds a request does pass", arguments: 1...20)
  mutating func waitingHelps(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var rules = ProfileRules.azen
    for (number, scope) in [LimitScope.user, .key, .user].enumerated() {
      rules.limits.append(
        .init(
          operation: nil, algorithm: number == 0 ? .fixedWindow : .tokenBucket, scope: scope,
          limit: RateLimit(
            capacity: UInt64.random(in: 1...5, using: &random),
            refill: UInt64.random(in: 1...3, using: &random),
            interval: Int64.random(in: 1...90_000_000, using: &random)),
          isCustomizable: false, isShown: false))
    }
    book.setRules(rules)
    var now = time(0)
    for _ in 0..<200 {
      now = now.adding(microseconds: Int64.random(in: 0...3_000_000, using: &random))
      let answer = try book.answer(.of("other", key: "k1"), at: now)
      guard answer.reason == .rateLimited else { continue }
      let wait = try #require(answer.retryAfter)
      #expect(wait >= 1)
      now = now.adding(seconds: wait)
      #expect(try book.reason(.of("other", key: "k1"), at: now) == .allowed)
    }
  }

  @Test("Every authenticated answer tells of the limit, others do not")
  mutating func authenticatedOnly() throws {
    var scoped = RequestFacts.of("tasks.list", key: "s1")
    book.run(.createKey(newKey("s1", scopes: ["tasks.execute"])), at: time(0))
    book.run(.createKey(newKey("p1", profile: .azen)), at: time(0))
    book.run(.createKey(newKey("gone")), at: time(0))
    book.run(.revokeKey(book.key("gone")), at: time(0))
    #expect(try book.answer(scoped, at: time(1)).reason == .missingPermission)
    #expect(try book.answer(scoped, at: time(1)).shown?.remaining == 10)
    scoped.tenant = "globex"
    #expect(try book.answer(scoped, at: time(1)).shown?.remaining == 10)
    #expect(try book.answer(.of("tasks.list", key: "k1"), at: time(1)).shown?.remaining == 10)
    #expect(try book.answer(.of(session: "ana"), at: time(1)).shown?.remaining == 9)
    var malformed = RequestFacts.of()
    malformed.key = .malformed
    var open = RequestFacts.of(key: "k1")
    open.isPublic = true
    for facts in [.of(), malformed, .of(key: "?"), .of(key: "gone"), .of(key: "p1"), open] {
      let answer = try book.answer(facts, at: time(1))
      #expect(answer.shown == nil && answer.refusing == nil && answer.retryAfter == nil)
    }
    #expect(try book.answer(.of("other", profile: .azen, key: "k1"), at: time(1)).shown == nil)
  }

  @Test("A blocked user is told when the block ends, and how the limit stands")
  mutating func blocked() throws {
    for task in 0..<10 { book.report("\(task)", at: time(1)) }
    let answer = try book.answer(.of(key: "k1"), at: time(2, 500_000))
    #expect(answer.reason == .abuseBlocked && answer.retryAfter == 599)
    #expect(answer.shown?.remaining == 10 && answer.refusing == nil)
    #expect(try book.answer(.of(key: "k1"), at: time(600, 999_999)).retryAfter == 1)
  }

  @Test("Of several limits that refuse, the one that frees last is the one to wait for")
  mutating func longest() throws {
    let hour = RateLimit(capacity: 2, refill: 2, interval: 3_600_000_000)
    let minute = RateLimit(capacity: 2, refill: 2, interval: 60_000_000)
    var rules = ProfileRules.limited(minute, algorithm: .fixedWindow, scope: .user, shown: true)
    rules.limits += ProfileRules.limited(hour, algorithm: .fixedWindow, scope: .user).limits
    book.setRules(rules)
    #expect(try book.passed(2, .of(key: "k1"), at: time(0)) == 2)
    var answer = try book.answer(.of(key: "k1"), at: time(1))
    #expect(answer.refusing?.windowSeconds == 3_600 && answer.retryAfter == 3_599)
    #expect(answer.shown?.windowSeconds == 60 && answer.shown?.remaining == 0)
    answer = try book.answer(.of(key: "k1"), at: time(61))
    #expect(answer.refusing?.windowSeconds == 3_600 && answer.shown?.remaining == 2)
  }

  @Test("An answer names who asked: organization, user, and the key if there is one")
  mutating func names() throws {
    var answer = try book.answer(.of(key: "b1"), at: time(1))
    #expect(answer.organization == "globex" && answer.user == UserOrdinal(1) && answer.key == "b1")
    answer = try book.answer(.of(session: "ana"), at: time(1))
    #expect(answer.organization == "acme" && answer.user == UserOrdinal(0) && answer.key == nil)
    answer = try book.answer(.of(key: "?"), at: time(1))
    #expect(answer.organization == nil && answer.user == nil && answer.key == nil)
  }
}
