import Ledger
import Testing

@Suite("Fixed windows")
struct FixedWindowTests {
  var book = Book.open

  @Test("Of a thousand requests in one window exactly ten pass, and ten in the next")
  mutating func exact() throws {
    #expect(try book.passed(1_000, .of(key: "k1"), at: time(1)) == 10)
    #expect(try book.passed(1_000, .of(key: "k1"), at: time(60)) == 10)
    #expect(book.state.userActivity[0].allowed == 20)
    #expect(book.state.userActivity[0].refused == 1_980)
  }

  @Test("A window of a minute begins and ends with the minute, whenever the first request comes")
  mutating func aligned() throws {
    #expect(try book.passed(20, .of(key: "k1"), at: time(59, 999_999)) == 10)
    #expect(try book.passed(20, .of(key: "k1"), at: time(60)) == 10)
    #expect(try book.passed(20, .of(key: "k1"), at: time(119, 999_999)) == 0)
    #expect(try book.passed(20, .of(key: "k1"), at: time(120)) == 10)
  }

  @Test("Windows before 1970 are aligned as well")
  func beforeTheEpoch() {
    for (now, start) in [(-1, -60), (-60, -60), (-61, -120), (0, 0), (59, 0)] as [(Int64, Int64)] {
      let reading = LimiterReading(
        nil, .tenPerMinute, .fixedWindow, at: Timestamp(seconds: now))
      #expect(reading.last == Timestamp(seconds: start))
      #expect(reading.reset == Timestamp(seconds: start + 60))
    }
  }

  @Test("Five by session and six by key: ten pass; another user has a window of its own")
  mutating func oneUserTwoWays() throws {
    #expect(try book.passed(5, .of(session: "ana"), at: time(1)) == 5)
    #expect(try book.passed(6, .of(key: "k1"), at: time(2)) == 5)
    #expect(try book.passed(1, .of(session: "ana"), at: time(3)) == 0)
    #expect(try book.passed(20, .of(key: "b1"), at: time(3)) == 10)
  }

  @Test("Two keys of a user share the user's window")
  mutating func twoKeys() throws {
    book.run(.createKey(newKey("k2")), at: time(1))
    #expect(try book.passed(7, .of(key: "k1"), at: time(1)) == 7)
    #expect(try book.passed(7, .of(key: "k2"), at: time(1)) == 3)
  }

  @Test("An operation without a limit is neither limited nor counted")
  mutating func otherOperation() throws {
    #expect(try book.passed(30, .of("tasks.list", key: "k1"), at: time(1)) == 30)
    #expect(try book.passed(30, .of(key: "k1"), at: time(1)) == 10)
    #expect(try book.passed(30, .of("never heard of", key: "k1"), at: time(1)) == 30)
  }

  @Test("What is refused, for whatever reason, uses nothing up")
  mutating func refusedConsumesNothing() throws {
    var stranger = RequestFacts.of(key: "k1")
    stranger.tenant = "globex"
    for _ in 0..<50 { #expect(try book.reason(stranger, at: time(1)) == .wrongTenant) }
    #expect(book.state.limiters.isEmpty)
    #expect(try book.passed(9, .of(key: "k1"), at: time(1)) == 9)
    for _ in 0..<50 { #expect(try book.reason(stranger, at: time(1)) == .wrongTenant) }
    #expect(try book.passed(50, .of(key: "k1"), at: time(1)) == 1)
  }

  /// Ten a minute of the user, three an hour of the key, five a minute on `tasks.execute`.
  private static let several: ProfileRules = {
    let hour = RateLimit(capacity: 3, refill: 3, interval: 3_600_000_000)
    let five = RateLimit(capacity: 5, refill: 5, interval: 60_000_000)
    var rules = ProfileRules.limited(.tenPerMinute, algorithm: .fixedWindow, scope: .user)
    rules.limits += ProfileRules.limited(hour, algorithm: .fixedWindow, scope: .key).limits
    rules.limits += ProfileRules.limited(five, algorithm: .tokenBucket, scope: .user).limits
    rules.limits[2].operation = "tasks.execute"
    return rules
  }()

  @Test("Of several limits all are used up or none")
  mutating func allOrNothing() throws {
    book.setRules(Self.several)
    book.run(.createKey(newKey("k2")), at: time(1))
    #expect(try book.passed(100, .of(key: "k1"), at: time(1)) == 3)
    // Refused by the key's hour: neither the user's minute nor the bucket was touched.
    #expect(try book.passed(100, .of(key: "k2"), at: time(1)) == 2)
    // Refused by the bucket of one operation; the user has five left in this minute, k2 one.
    #expect(try book.passed(100, .of("tasks.list", key: "k2"), at: time(1)) == 1)
    #expect(try book.passed(100, .of("tasks.list", session: "ana"), at: time(1)) == 4)
    #expect(try book.passed(100, .of("tasks.list", session: "ana"), at: time(60)) == 10)
  }

  @Test("A clock that goes backwards opens no window again, and the one it had reached goes on")
  mutating func backwards() throws {
    #expect(try book.passed(4, .of(key: "k1"), at: time(61)) == 4)
    #expect(try book.passed(20, .of(key: "k1"), at: time(59)) == 6)
    #expect(try book.passed(20, .of(key: "k1"), at: time(0)) == 0)
    #expect(try book.passed(20, .of(key: "k1"), at: time(119)) == 0)
    #expect(try book.passed(20, .of(key: "k1"), at: time(120)) == 10)
  }

  private mutating func setLimit(_ capacity: UInt64?, seconds: Int64 = 60, at moment: Timestamp) {
    let limit = capacity.map {
      RateLimit(capacity: $0, refill: $0, interval: seconds * 1_000_000)
    }
    #expect(book.run(.setRateLimit(book.key("k1"), limit), at: moment).isSuccess)
  }

  @Test("A key's own limit counts from the next request on, with what was used in the window")
  mutating func changedInMidWindow() throws {
    book.setRules(.limited(.tenPerMinute, algorithm: .fixedWindow, scope: .key))
    #expect(try book.passed(5, .of(key: "k1"), at: time(1)) == 5)
    setLimit(2, at: time(2))
    #expect(try book.passed(5, .of(key: "k1"), at: time(2)) == 0)
    setLimit(7, at: time(3))
    #expect(try book.passed(5, .of(key: "k1"), at: time(3)) == 2)
    setLimit(nil, at: time(4))
    #expect(try book.passed(5, .of(key: "k1"), at: time(4)) == 3)
    setLimit(2, at: time(5))
    #expect(try book.passed(5, .of(key: "k1"), at: time(60)) == 2)
    #expect(try book.passed(20, .of(key: "b1"), at: time(60)) == 10)
  }

  @Test("A window of another length is aligned, too, and keeps what was used")
  mutating func changedLength() throws {
    book.setRules(.limited(.tenPerMinute, algorithm: .fixedWindow, scope: .key, shown: true))
    #expect(try book.passed(10, .of(key: "k1"), at: time(34 * 60)) == 10)
    setLimit(10, seconds: 3_600, at: time(34 * 60 + 1))
    let answer = try book.answer(.of(key: "k1"), at: time(34 * 60 + 2))
    #expect(answer.reason == .rateLimited)
    #expect(answer.shown?.reset == 1_741_093_200)
    #expect(answer.retryAfter == 1_558)
    #expect(try book.passed(20, .of(key: "k1"), at: time(3_600)) == 10)
    setLimit(nil, at: time(3_601))
    #expect(try book.passed(20, .of(key: "k1"), at: time(3_660)) == 10)
  }

  @Test("A new version of the profile goes on where the one before stood")
  mutating func newVersion() throws {
    #expect(try book.passed(8, .of(key: "k1"), at: time(1)) == 8)
    var rules = ProfileRules.zazmic
    rules.limits[0].limit.capacity = 12
    book.setRules(rules, at: time(2))
    #expect(try book.passed(20, .of(key: "k1"), at: time(2)) == 4)
    #expect(try book.ask(.of(key: "k1"), at: time(3)).profileVersion == 2)
  }

  @Test("At random times a window passes what a count by minute passes", arguments: 1...10)
  mutating func model(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var (now, used): (Int64, [Int64: Int]) = (0, [:])
    for _ in 0..<400 {
      now += Int64.random(
        in: 0...(random.chance(1, in: 10) ? 90_000_000 : 4_000_000), using: &random)
      let key = random.chance(1, in: 2)
      let reason = try book.reason(
        key ? .of(key: "k1") : .of(session: "ana"), at: time(0, now))
      let before = used[now / 60_000_000, default: 0]
      #expect(reason == (before < 10 ? .allowed : .rateLimited))
      if before < 10 { used[now / 60_000_000] = before + 1 }
    }
  }
}
