import Ledger
import Testing

@Suite("What the keys of a lineage share")
struct RotationSharingTests {
  var book = Book.open

  private mutating func rotate(_ from: String, to: String, grace: Int64 = 600, at second: Int64) {
    let result = book.run(
      .rotateKey(book.key(from), id: to, secret: secret("secret of \(to)"), grace: grace),
      at: time(second))
    #expect(result.isSuccess)
  }

  private func request(_ key: String) -> RequestFacts { .of("other", profile: .azen, key: key) }

  @Test("A rotation does not fill the bucket: both secrets draw from it")
  mutating func bucket() throws {
    #expect(try book.passed(50, request("k1"), at: time(0)) == 50)
    rotate("k1", to: "k2", at: 1)
    #expect(try book.passed(6, request("k2"), at: time(1)) == 6)
    #expect(try book.passed(50, request("k1"), at: time(2)) == 4)
    #expect(try book.passed(50, request("k2"), at: time(2)) == 0)
    rotate("k2", to: "k3", at: 3)
    #expect(try book.passed(50, request("k3"), at: time(3)) == 0)
    #expect(try book.passed(100, request("k3"), at: time(60)) == 60)
    #expect(try book.passed(100, request("k1"), at: time(61)) == 0)
    #expect(book.state.limiters.count == 1)
  }

  @Test("The limit of the newest key counts for the whole lineage")
  mutating func ownLimits() throws {
    rotate("k1", to: "k2", at: 0)
    let few = RateLimit(capacity: 5, refill: 5, interval: 60_000_000)
    book.run(.setRateLimit(book.key("k1"), few), at: time(1))
    #expect(try book.passed(20, request("k1"), at: time(2)) == 20)
    book.run(.setRateLimit(book.key("k2"), few), at: time(3))
    #expect(try book.passed(20, request("k1"), at: time(120)) == 5)
    #expect(try book.passed(20, request("k2"), at: time(120)) == 0)
  }

  @Test("A window per key goes over from secret to secret as well")
  mutating func window() throws {
    book.setRules(.limited(.tenPerMinute, algorithm: .fixedWindow, scope: .key))
    var current = "k1"
    for generation in 2...11 {
      #expect(try book.passed(1, .of(key: current), at: time(Int64(generation))) == 1)
      rotate(current, to: "k\(generation)", at: Int64(generation))
      current = "k\(generation)"
    }
    for key in ["k1", "k5", current] {
      #expect(try book.passed(5, .of(key: key), at: time(12)) == 0)
    }
    #expect(try book.passed(50, .of(key: current), at: time(60)) == 10)
  }

  @Test("Credits are the user's: a rotation neither adds nor takes any")
  mutating func credits() throws {
    #expect(try book.passed(3, .of(key: "k1"), at: time(0)) == 3)
    rotate("k1", to: "k2", at: 1)
    #expect(try book.passed(3, .of(key: "k2"), at: time(1)) == 3)
    #expect(try book.passed(9, .of(key: "k1"), at: time(1)) == 4)
    #expect(book.credits() == 990)
  }

  @Test("The old secret works until its grace ends, and no longer when it is revoked before")
  mutating func grace() throws {
    rotate("k1", to: "k2", grace: 60, at: 0)
    #expect(try book.reason(request("k1"), at: time(59, 999_999)) == .allowed)
    #expect(try book.reason(request("k1"), at: time(60)) == .expired)
    #expect(try book.reason(request("k2"), at: time(60)) == .allowed)
    rotate("k2", to: "k3", grace: 60, at: 61)
    book.run(.revokeKey(book.key("k2")), at: time(62))
    #expect(try book.reason(request("k2"), at: time(63)) == .revoked)
    #expect(try book.reason(request("k3"), at: time(63)) == .allowed)
  }

  @Test("A rotated key keeps owner, profile, scopes and addresses: it is refused as before")
  mutating func rules() throws {
    book.run(
      .createKey(
        newKey("a1", profile: .azen, scopes: ["memory.create"], addresses: ["10.0.0.0/8"])),
      at: time(0))
    rotate("a1", to: "a2", at: 1)
    func asked(_ operation: String, _ profile: ProfileOrdinal, _ address: String) -> RequestFacts {
      var facts = RequestFacts.of(operation, profile: profile, key: "a2")
      facts.address = address
      return facts
    }
    #expect(try book.reason(asked("memory.create", .azen, "10.0.0.1"), at: time(2)) == .allowed)
    #expect(
      try book.reason(asked("memory.create", .zazmic, "10.0.0.1"), at: time(2)) == .wrongProfile)
    #expect(try book.reason(asked("other", .azen, "10.0.0.1"), at: time(2)) == .missingPermission)
    #expect(
      try book.reason(asked("memory.create", .azen, "11.0.0.1"), at: time(2)) == .addressNotAllowed)
  }

  @Test("A key without an owner stays without one when it is rotated")
  mutating func ownerless() throws {
    book.run(.createKey(newKey("n1", owner: nil)), at: time(0))
    #expect(try book.reason(request("n1"), at: time(0)) == .missingMetadata)
    rotate("n1", to: "n2", at: 1)
    let asked = try book.ask(request("n2"), at: time(2))
    #expect(asked.reason == .missingMetadata && asked.user == nil && asked.organization == nil)
    #expect(asked.key == book.key("n2"))
  }

  @Test("Two keys that were not made from each other share nothing of a limit per key")
  mutating func strangers() throws {
    book.run(.createKey(newKey("x")), at: time(0))
    #expect(try book.passed(100, request("k1"), at: time(1)) == 60)
    #expect(try book.passed(100, request("x"), at: time(1)) == 60)
  }
}
