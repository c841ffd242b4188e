import Ledger
import Testing

@Suite("Credits")
struct CreditsTests {
  var book = Book.open

  /// A book in which `ana` has so many credits.
  private static func book(credits: UInt64, _ rules: ProfileRules = .zazmic) -> Book {
    var book = Book()
    book.run(.registerOrganization(id: "acme"), at: time())
    book.run(.registerUser(book.user("ana"), organization: OrganizationOrdinal(0)), at: time())
    book.run(.setProfile(name: "zazmic", document: "zazmic", rules), at: time())
    book.run(.createKey(newKey("k1")), at: time())
    if credits > 0 { book.run(.grantCredits(UserOrdinal(0), credits), at: time()) }
    return book
  }

  private static func costing(_ credits: UInt64) -> ProfileRules {
    ProfileRules(
      limits: [], costs: [.init(operation: "tasks.execute", credits: credits)], abuse: nil,
      operations: [])
  }

  @Test("A request costs what its operation costs, and only when it is allowed")
  mutating func charged() throws {
    #expect(try book.ask(.of(key: "k1"), at: time(1)).charged == 1)
    #expect(book.credits() == 999)
    #expect(try book.ask(.of("tasks.list", key: "k1"), at: time(1)).charged == 0)
    #expect(try book.passed(1_000, .of(key: "k1"), at: time(2)) == 9)
    #expect(book.credits() == 990)
    #expect(book.credits(1) == 1_000)
  }

  @Test("Who has no credits is refused, and that uses nothing up of the limit")
  func insufficient() throws {
    var book = Self.book(credits: 3)
    #expect(try book.passed(1_000, .of(key: "k1"), at: time(1)) == 3)
    #expect(try book.reason(.of(session: "ana"), at: time(1)) == .insufficientCredits)
    #expect(try book.reason(.of("tasks.list", key: "k1"), at: time(1)) == .allowed)
    #expect(book.credits() == 0)
    book.run(.grantCredits(UserOrdinal(0), 100), at: time(2))
    #expect(try book.passed(1_000, .of(key: "k1"), at: time(2)) == 7)
    #expect(book.credits() == 93)
  }

  @Test(
    "A balance never falls below zero, whatever a request costs",
    arguments: 0...8 as ClosedRange<UInt64>)
  func neverNegative(credits: UInt64) throws {
    var book = Self.book(credits: credits, Self.costing(3))
    let passed = try book.passed(10, .of(key: "k1"), at: time(1))
    #expect(passed == Int(credits) / 3)
    #expect(book.credits() == Int64(credits % 3))
  }

  @Test("The largest grant and the largest cost; then the balance is full until it is spent")
  func ends() throws {
    let most: UInt64 = 1 << 53
    var book = Self.book(credits: 0, Self.costing(most))
    let user = UserOrdinal(0)
    for wrong in [0, most + 1, .max] {
      #expect(!book.run(.grantCredits(user, wrong), at: time(1)).isSuccess)
    }
    #expect(book.run(.grantCredits(user, most - 1), at: time(1)).isSuccess)
    #expect(try book.reason(.of(key: "k1"), at: time(1)) == .insufficientCredits)
    #expect(book.run(.grantCredits(user, 1), at: time(1)).isSuccess)
    #expect(book.run(.grantCredits(user, most), at: time(1)).isSuccess)
    #expect(!book.run(.grantCredits(user, 1), at: time(1)).isSuccess)
    #expect(book.credits() == 1 << 54)
    #expect(try book.passed(5, .of(key: "k1"), at: time(1)) == 2)
    #expect(book.credits() == 0)
    #expect(book.run(.grantCredits(user, most), at: time(1)).isSuccess)
  }

  @Test("A log that granted and charged beyond all integers is folded and decided upon")
  func beyond() throws {
    var book = Self.book(credits: 0, Self.costing(5))
    for _ in 0..<3 {
      book.add(.creditsGranted(CreditsGranted(user: UserOrdinal(0), amount: .max)))
    }
    #expect(book.credits() == .max)
    #expect(try book.reason(.of(key: "k1"), at: time(1)) == .allowed)
    #expect(book.credits() == .max - 5)
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .allowed)
    request.key = book.key("k1")
    request.charged = .max
    for _ in 0..<3 { book.add(.requestDecided(request)) }
    #expect(book.credits() == .min)
    #expect(try book.reason(.of(key: "k1"), at: time(1)) == .insufficientCredits)
  }

  @Test("A random life never spends what it does not have", arguments: 1...10)
  func conserved(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var book = Self.book(credits: 0)
    var (expected, now, charged) = (Int64(0), Int64(0), [UInt64]())
    for _ in 0..<300 {
      now += Int64.random(in: 0...20, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        let amount = UInt64.random(in: 1...9, using: &random)
        book.run(.grantCredits(UserOrdinal(0), amount), at: time(now))
        expected += Int64(amount)
      case 1 where !charged.isEmpty:
        let decision = charged.randomElement(using: &random)!
        let isFirst = book.state.refunds[SequenceNumber(decision)] == nil
        let isFailure = random.chance(1, in: 2)
        let result = book.report(
          "\(book.events.count)", succeeded: !isFailure, decision: decision, at: time(now))
        #expect(result.isSuccess)
        if isFailure, isFirst { expected += 1 }
      default:
        let request = try book.ask(
          random.chance(1, in: 2) ? .of(key: "k1") : .of(session: "ana"), at: time(now))
        #expect(request.charged == (request.reason == .allowed ? 1 : 0))
        expected -= Int64(request.charged)
        if request.charged > 0 { charged.append(book.last) }
      }
      #expect(book.credits() == expected && expected >= 0)
    }
  }
}
