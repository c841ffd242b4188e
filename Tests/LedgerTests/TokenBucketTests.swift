import Ledger
import Testing

@Suite("Token buckets")
struct TokenBucketTests {
  /// The formula, in integers that do not overflow.
  private struct Model {
    let limit: RateLimit
    var tokens: Int128
    var last: Int128

    init(_ limit: RateLimit, at now: Timestamp) {
      self.limit = limit
      tokens = Int128(limit.capacity)
      last = Int128(now.microseconds)
    }

    mutating func passes(at moment: Timestamp) -> Bool {
      let now = max(Int128(moment.microseconds), last)
      let intervals = (now - last) / Int128(limit.interval)
      tokens = min(Int128(limit.capacity), tokens + intervals * Int128(limit.refill))
      last = tokens == Int128(limit.capacity) ? now : last + intervals * Int128(limit.interval)
      guard tokens > 0 else { return false }
      tokens -= 1
      return true
    }
  }

  private static let limits: [RateLimit] = [
    .sixtyPerMinute, .tenPerMinute, RateLimit(capacity: 5, refill: 2, interval: 3_000_000),
    RateLimit(capacity: 1, refill: 1, interval: 1), RateLimit(capacity: 10, refill: 3, interval: 7),
    RateLimit(capacity: 3, refill: 100, interval: 9_999_999),
    RateLimit(capacity: .max, refill: .max, interval: 1),
    RateLimit(capacity: .max, refill: 1, interval: 1_000_000),
    RateLimit(capacity: 2, refill: .max, interval: .max),
    RateLimit(capacity: 7, refill: 1, interval: .max),
  ]

  /// Steps between requests: bursts, about an interval, and long pauses.
  private static func step(_ limit: RateLimit, _ random: inout SeededGenerator) -> Int64 {
    let interval = min(limit.interval, 1 << 40)
    switch Int.random(in: 0..<10, using: &random) {
    case 0...5: return 0
    case 6: return 1
    case 7: return Int64.random(in: 0...interval, using: &random)
    case 8: return interval
    default: return Int64.random(in: 0...interval * 20, using: &random)
    }
  }

  @Test("Tokens are conserved: the bucket is the formula, to the token", arguments: limits)
  func conserved(limit: RateLimit) {
    for seed: UInt64 in 1...10 {
      var random = SeededGenerator(seed: seed)
      var now = time()
      var model = Model(limit, at: now)
      var held: Limiter?
      for _ in 0..<500 {
        now = now.adding(microseconds: Self.step(limit, &random))
        if random.chance(1, in: 20) {
          now = now.adding(microseconds: -min(limit.interval, 1 << 40))
        }
        let reading = LimiterReading(held, limit, .tokenBucket, at: now)
        let passes = reading.remaining > 0
        if passes { held = reading.consumed }
        #expect(model.passes(at: now) == passes)
        if passes { #expect(held.map { Int128($0.level) } == model.tokens) }
      }
    }
  }

  @Test("No span sees more than the capacity and what is refilled in it", arguments: limits)
  func bounded(limit: RateLimit) {
    var random = SeededGenerator(seed: 77)
    var (now, held, passed) = (time(), Limiter?.none, [Int128]())
    for _ in 0..<400 {
      now = now.adding(microseconds: Self.step(limit, &random))
      let reading = LimiterReading(held, limit, .tokenBucket, at: now)
      guard reading.remaining > 0 else { continue }
      held = reading.consumed
      passed.append(Int128(now.microseconds))
    }
    let interval = Int128(limit.interval)
    for first in passed.indices {
      for end in first..<passed.count {
        let intervals = (passed[end] - passed[first] + interval - 1) / interval
        let most = Int128(limit.capacity) + intervals * Int128(limit.refill)
        if Int128(end - first + 1) > most { Issue.record("\(first)...\(end): more than \(most)") }
      }
    }
  }

  @Test("Asking too early does not put the refill off")
  func partialRefill() throws {
    var book = Book.open
    let limit = RateLimit(capacity: 2, refill: 1, interval: 10_000_000)
    book.run(.setRateLimit(book.key("k1"), limit), at: time(0))
    let request = RequestFacts.of("memory.create", profile: .azen, key: "k1")
    #expect(try book.passed(5, request, at: time(0)) == 2)
    for second: Int64 in 1...9 { #expect(try book.passed(2, request, at: time(second)) == 0) }
    #expect(try book.passed(2, request, at: time(9, 999_999)) == 0)
    #expect(try book.passed(2, request, at: time(10)) == 1)
    #expect(try book.passed(2, request, at: time(19, 999_999)) == 0)
    #expect(try book.passed(2, request, at: time(20)) == 1)
    #expect(try book.passed(5, request, at: time(45)) == 2)
    // The half of an interval before the bucket was full does not count.
    #expect(try book.passed(5, request, at: time(50)) == 0)
    #expect(try book.passed(5, request, at: time(55)) == 1)
  }

  @Test("Sixty in a minute, per key; a session has no bucket, another key has its own")
  func perKey() throws {
    var book = Book.open
    book.run(.createKey(newKey("k2")), at: time())
    let request = RequestFacts.of("other", profile: .azen, key: "k1")
    #expect(try book.passed(1_000, request, at: time(59)) == 60)
    #expect(try book.passed(1_000, request, at: time(60)) == 0)
    #expect(try book.passed(1_000, .of("x", profile: .azen, key: "k1"), at: time(118)) == 0)
    #expect(try book.passed(1_000, request, at: time(119)) == 60)
    #expect(try book.passed(60, .of("other", profile: .azen, key: "k2"), at: time(119)) == 60)
    #expect(
      try book.passed(200, .of("other", profile: .azen, session: "ana"), at: time(119)) == 200)
  }

  @Test("A clock that goes backwards refills nothing, and costs nothing when it comes back")
  func backwards() throws {
    var book = Book.open
    let request = RequestFacts.of("other", profile: .azen, key: "k1")
    #expect(try book.passed(100, request, at: time(100)) == 60)
    #expect(try book.passed(100, request, at: time(10)) == 0)
    #expect(try book.passed(100, request, at: time(159, 999_999)) == 0)
    #expect(try book.passed(100, request, at: time(160)) == 60)
  }

  @Test("A smaller limit takes tokens away at once, a larger one gives none at once")
  func changed() throws {
    var book = Book.open
    let request = RequestFacts.of("other", profile: .azen, key: "k1")
    func limit(_ capacity: UInt64) -> RateLimit {
      RateLimit(capacity: capacity, refill: capacity, interval: 60_000_000)
    }
    #expect(try book.passed(10, request, at: time(0)) == 10)
    book.run(.setRateLimit(book.key("k1"), limit(20)), at: time(1))
    #expect(try book.passed(100, request, at: time(1)) == 20)
    book.run(.setRateLimit(book.key("k1"), limit(1_000)), at: time(2))
    #expect(try book.passed(100, request, at: time(2)) == 0)
    // The bucket was full by the smaller limit at 1 s: the refills come a minute after that.
    #expect(try book.passed(2_000, request, at: time(60)) == 0)
    #expect(try book.passed(2_000, request, at: time(61)) == 1_000)
    book.run(.setRateLimit(book.key("k1"), nil), at: time(62))
    #expect(try book.passed(100, request, at: time(121)) == 60)
  }
}
