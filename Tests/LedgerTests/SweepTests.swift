import Ledger
import Testing

@Suite("What has run out is dropped, and nobody can tell")
struct SweepTests {
  private static let interval = 65_536
  private static let day: Int64 = 86_400

  /// A book, filled up with records of one moment that change nothing until so many are missing
  /// to the next sweep.
  private static func filled(_ book: Book, missing: Int, at moment: Timestamp) -> Book {
    var book = book
    let nothing = EventBody.auditAccessed(AuditAccessed(resource: nil, logSize: 0))
    while (book.events.count + missing) % interval != 0 { book.add(nothing, at: moment) }
    return book
  }

  private static let nothing = EventBody.logStarted(LogStarted(version: "1"))

  @Test("A limiter is dropped by the first sweep after it is full again, no sooner")
  func limiters() throws {
    var book = Book.open
    book.setRules(.limited(.tenPerMinute, algorithm: .fixedWindow, scope: .user))
    #expect(try book.passed(3, .of(key: "k1"), at: time(0)) == 3)
    #expect(try book.passed(3, .of(key: "b1"), at: time(60)) == 3)
    // One token a second: full again at 130 s.
    #expect(try book.passed(10, .of("other", profile: .azen, key: "k1"), at: time(120)) == 10)
    #expect(book.state.limiters.count == 3)
    book = Self.filled(book, missing: 1, at: time(120))
    #expect(book.state.limiters.count == 3)
    var (early, late) = (book, book)
    early.add(Self.nothing, at: time(119, 999_999))
    #expect(early.state.limiters.count == 1)
    late.add(Self.nothing, at: time(180))
    #expect(late.state.limiters.isEmpty)
    #expect(try restored(late.state) == late.state)
  }

  @Test("Imported history is no clock: however late it is recorded, nothing runs out by it")
  func importsAreNoClock() throws {
    var book = Book.open
    #expect(try book.passed(3, .of(key: "k1"), at: time(0)) == 3)
    book = Self.filled(book, missing: 1, at: time(1))
    let origin = Origin(happened: time(-9), source: .cloudtrail, id: "e", fingerprint: 1)
    book.add(Event(recorded: time(5 * Self.day), origin: origin, body: Self.nothing))
    #expect(book.state.limiters.count == 1)
    #expect(try book.passed(20, .of(key: "k1"), at: time(2)) == 7)
  }

  @Test("A refund is remembered for its day, and the decision is too old afterwards")
  func refunds() throws {
    var book = Book.open
    #expect(try book.ask(.of(key: "k1"), at: time(0)).charged == 1)
    let decision = book.last
    book.report("a", decision: decision, at: time(Self.day - 1))
    book = Self.filled(book, missing: 1, at: time(Self.day - 1))
    var (early, late) = (book, book)
    early.add(Self.nothing, at: time(2 * Self.day - 2))
    #expect(early.state.refunds.count == 1)
    late.add(Self.nothing, at: time(2 * Self.day - 1))
    #expect(late.state.refunds.isEmpty)
    #expect(
      late.report("b", decision: decision, at: time(2 * Self.day))
        == .failure(.tooLate(SequenceNumber(decision))))
    #expect(late.credits() == 1_000)
  }

  @Test("A creation is remembered for its day")
  func creations() {
    var book = Book.open
    let call = NewKey.Idempotency(tag: tag("call"), requestHash: tag("body"))
    book.run(.createKey(newKey("a", idempotency: call)), at: time(0))
    book = Self.filled(book, missing: 1, at: time(1))
    var (early, late) = (book, book)
    early.add(Self.nothing, at: time(Self.day - 1))
    #expect(early.state.index.idempotency.count == 1)
    let repeated = early.run(.createKey(newKey("b", idempotency: call)), at: time(Self.day - 1))
    #expect(repeated == .failure(.repeatedCreation(book.key("a"))))
    late.add(Self.nothing, at: time(Self.day))
    #expect(late.state.index.idempotency.isEmpty)
    #expect(late.run(.createKey(newKey("b", idempotency: call)), at: time(Self.day)).isSuccess)
  }

  @Test("A denial is remembered as long as the session could count")
  func denials() throws {
    var book = Book.open
    book.run(.denySession(tag("session of ana"), expires: time(100)), at: time(0))
    book = Self.filled(book, missing: 1, at: time(1))
    var (early, late) = (book, book)
    early.add(Self.nothing, at: time(114, 999_999))
    var facts = RequestFacts.of()
    facts.session = .valid(user: tag("ana"), session: tag("session of ana"), expires: time(100))
    #expect(try early.reason(facts, at: time(114, 999_999)) == .sessionDenied)
    late.add(Self.nothing, at: time(115))
    #expect(late.state.deniedSessions.isEmpty)
    #expect(try late.reason(facts, at: time(115)) == .sessionExpired)
  }

  /// The reasons of the same story, told in a book with a sweep after so many of its records.
  private static func story(seed: UInt64, in book: Book, from start: Int64) throws -> [Reason] {
    var book = book
    var random = SeededGenerator(seed: seed)
    var now = time(start)
    var reasons: [Reason] = []
    let own: [RateLimit?] = [
      nil, .tenPerMinute, RateLimit(capacity: 100, refill: 1, interval: 86_400_000_000),
      RateLimit(capacity: 3, refill: 1, interval: 20_000_000),
      RateLimit(capacity: 9, refill: 9, interval: 1),
    ]
    for step in 0..<300 {
      now = now.adding(microseconds: Int64.random(in: 0...5_000_000, using: &random))
      switch Int.random(in: 0..<30, using: &random) {
      case 0: book.run(.setRateLimit(book.key("k1"), own.randomElement(using: &random)!), at: now)
      case 1: now = now.adding(seconds: Int64.random(in: 0...90_000, using: &random))
      case 2:
        var rules = ProfileRules.azen
        rules.limits[0].limit.capacity = UInt64.random(in: 1...70, using: &random)
        rules.limits[0].limit.refill = UInt64.random(in: 1...70, using: &random)
        rules.limits[0].algorithm = [.fixedWindow, .tokenBucket].randomElement(using: &random)!
        book.run(.setProfile(name: "azen", document: "\(step)", rules), at: now)
      default:
        for _ in 0..<Int.random(in: 1...20, using: &random) {
          let asked = book.run(.decideRequest(.of("other", profile: .azen, key: "k1")), at: now)
          guard case .requestDecided(let request)? = try asked.get().last?.body else { continue }
          reasons.append(request.reason)
        }
      }
    }
    return reasons
  }

  @Test("Where a sweep falls changes no decision, whatever becomes of the limits", arguments: 1...4)
  func anywhere(seed: UInt64) throws {
    let unswept = try Self.story(seed: seed, in: .open, from: 1)
    let filled = Self.filled(.open, missing: 3_000, at: time(0))
    for missing in stride(from: 50, through: 2_950, by: 580) {
      let swept = Self.filled(filled, missing: missing, at: time(0))
      #expect(try Self.story(seed: seed, in: swept, from: 1) == unswept, "after \(missing)")
    }
  }
}
