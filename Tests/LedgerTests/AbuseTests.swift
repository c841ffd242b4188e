import Ledger
import Testing

@Suite("Blocks after failed tasks")
struct AbuseTests {
  var book = Book.open

  /// Failures at these seconds, each of its own task; the sequences of their records.
  @discardableResult
  private mutating func fail(_ seconds: [Int64], of user: Int = 0) -> [SequenceNumber] {
    seconds.map { second in
      let sequence = book.state.logSize
      #expect(book.report("task at \(book.events.count)", of: user, at: time(second)).isSuccess)
      return SequenceNumber(sequence)
    }
  }

  private var block: Block? { book.state.users[0].block }

  private mutating func reason(_ second: Int64, _ microseconds: Int64 = 0) throws -> Reason {
    try book.reason(.of("tasks.list", key: "k1"), at: time(second, microseconds))
  }

  @Test("Ten in ten minutes block the user for ten minutes, with the ten as evidence")
  mutating func ten() throws {
    let evidence = fail([0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(block == nil)
    #expect(try reason(9) == .allowed)
    let tenth = fail([10])
    #expect(book.types.last == .abuseBlocked)
    #expect(block == Block(began: time(10), until: time(610), evidence: evidence + tenth))
    #expect(try reason(10) == .abuseBlocked)
  }

  @Test("At exactly ten minutes the first no longer counts")
  mutating func windowEnd() throws {
    fail([0] + Array(1...8) + [600])
    #expect(block == nil)
    // And it is the second that does not count at its own end.
    fail([601])
    #expect(block == nil)
    fail([601])
    #expect(block?.evidence.count == 10)
  }

  @Test("A microsecond before ten minutes the first still counts")
  mutating func justInside() {
    fail([0] + Array(1...8))
    #expect(book.report("last", at: time(599, 999_999)).isSuccess)
    #expect(block?.evidence.count == 10)
  }

  @Test("Nine do not block, nor do successes or repeats, nor another user's failures")
  mutating func nine() throws {
    fail(Array(0..<9))
    for number in 0..<20 { book.report("good \(number)", succeeded: true, at: time(10)) }
    fail(Array(0..<9), of: 1)
    book.report("again", of: 1, succeeded: true, at: time(10))
    for _ in 0..<5 {
      let repeated = book.report("again", of: 1, succeeded: true, at: time(11))
      #expect(!repeated.isSuccess)
    }
    #expect(block == nil && book.state.users[1].block == nil)
    book.report("tenth", at: time(12))
    #expect(block != nil && book.state.users[1].block == nil)
  }

  @Test("The same task reported ten times is one failure")
  mutating func repeats() {
    for second: Int64 in 0..<30 { book.report("one task", at: time(second)) }
    #expect(book.state.users[0].failures.count == 1)
    #expect(block == nil)
  }

  @Test("A block ends by itself as time passes, to the microsecond")
  mutating func end() throws {
    fail(Array(repeating: 0, count: 10))
    #expect(try reason(599, 999_999) == .abuseBlocked)
    #expect(try reason(600) == .allowed)
  }

  @Test("A blocked user is refused every operation, whichever way, and others are not")
  mutating func everything() throws {
    fail(Array(repeating: 0, count: 10))
    book.run(.createKey(newKey("k2")), at: time(1))
    for operation in ["tasks.execute", "tasks.list", "other", "never heard of"] {
      for facts: RequestFacts in [.of(operation, key: "k1"), .of(operation, key: "k2")]
        + [.of(operation, session: "ana")]
      {
        #expect(try book.reason(facts, at: time(2)) == .abuseBlocked)
      }
      #expect(try book.reason(.of(operation, key: "b1"), at: time(2)) == .allowed)
    }
  }

  @Test("A profile without a rule does not look at blocks")
  mutating func otherProfile() throws {
    fail(Array(repeating: 0, count: 10))
    #expect(try book.reason(.of("other", profile: .azen, key: "k1"), at: time(1)) == .allowed)
    #expect(try book.reason(.of("other", key: "k1"), at: time(1)) == .abuseBlocked)
  }

  @Test("What led to a block never counts again, neither after its end nor after a release")
  mutating func evidenceOnce() throws {
    // A window that is longer than the block, so that the evidence is still in it.
    var rules = ProfileRules.zazmic
    rules.abuse?.duration = 5_000_000
    book.setRules(rules)
    let first = fail(Array(0..<10))
    #expect(block?.until == time(14))
    #expect(try reason(15) == .allowed)
    let second = fail(Array(20..<29))
    #expect(try reason(30) == .allowed)
    let tenth = fail([31])
    #expect(block?.evidence == second + tenth)
    #expect(Set(first).isDisjoint(with: block?.evidence ?? []))
    #expect(book.run(.releaseBlock(UserOrdinal(0)), at: time(32)).isSuccess)
    fail(Array(33..<42))
    #expect(block == nil)
    fail([42])
    #expect(block?.evidence.count == 10)
  }

  @Test("A release lets the user in at once; without a block there is nothing to release")
  mutating func release() throws {
    #expect(try book.run(.releaseBlock(UserOrdinal(0)), at: time(0)).get().isEmpty)
    fail(Array(repeating: 0, count: 10))
    #expect(
      try book.run(.releaseBlock(UserOrdinal(0)), at: time(1)).get().map(\.body.type)
        == [.abuseReleased])
    #expect(try reason(1) == .allowed)
    #expect(try book.run(.releaseBlock(UserOrdinal(0)), at: time(1)).get().isEmpty)
    fail(Array(repeating: 2, count: 10))
    #expect(try book.run(.releaseBlock(UserOrdinal(0)), at: time(602)).get().isEmpty)
  }

  @Test("Under several profiles' rules the first to be reached blocks, the longest of them")
  mutating func severalRules() throws {
    func rules(_ threshold: UInt32, window: Int64, duration: Int64) -> ProfileRules {
      var rules = ProfileRules.zazmic
      rules.abuse = AbuseRule(
        threshold: threshold, window: window * 1_000_000, duration: duration * 1_000_000)
      return rules
    }
    book.run(.setProfile(name: "p", document: "p", rules(3, window: 60, duration: 30)), at: time())
    book.run(.setProfile(name: "q", document: "q", rules(3, window: 20, duration: 90)), at: time())
    book.run(.setProfile(name: "r", document: "r", rules(3, window: 20, duration: 10)), at: time())
    // Forty seconds hold three: only `p` counts that far.
    fail([0, 20, 40])
    #expect(block?.until == time(70))
    fail([100, 101, 102])
    #expect(block?.until == time(192))
    // Twenty seconds after the first, `q` counts two.
    fail([300, 310, 320])
    #expect(block?.until == time(350))
  }

  @Test("Failures during a block can lead to another one, and never to a shorter one")
  mutating func neverShorter() throws {
    fail(Array(repeating: 0, count: 10))
    fail(Array(repeating: 100, count: 10))
    #expect(block?.until == time(700))
    var rules = ProfileRules.zazmic
    rules.abuse?.duration = 1_000_000
    book.setRules(rules, at: time(101))
    fail(Array(repeating: 102, count: 10))
    #expect(block?.until == time(700))
    #expect(try reason(699) == .abuseBlocked)
  }

  @Test("Failures are kept only as long as a rule in force looks at them")
  mutating func forgotten() {
    for second: Int64 in 0..<200 { fail([second * 70]) }
    #expect(block == nil)
    #expect(book.state.users[0].failures.count == 9)
    var rules = ProfileRules.zazmic
    rules.abuse = nil
    book.setRules(rules, at: time(200_000))
    fail([200_000])
    #expect(book.state.users[0].failures.isEmpty)
  }
}
