import Ledger
import Testing

@Suite("A key is created once per call")
struct IdempotencyTests {
  var book = Book.open
  private static let day: Int64 = 86_400

  @discardableResult
  private mutating func create(
    _ id: String, call: String = "call", body: String = "body", expires: Timestamp? = nil,
    at moment: Timestamp
  ) -> Result<[Event], Refusal> {
    book.run(
      .createKey(
        newKey(
          id, expires: expires,
          idempotency: .init(tag: tag(call), requestHash: tag(body)))), at: moment)
  }

  @Test("A repeat within a day answers the same key and records nothing")
  mutating func repeated() {
    #expect(create("a", at: time(0, 5)).isSuccess)
    let size = book.events.count
    for moment in [time(0, 5), time(1), time(Self.day, 4)] {
      #expect(create("b", at: moment) == .failure(.repeatedCreation(book.key("a"))))
    }
    #expect(book.events.count == size)
    #expect(book.state.index.keys["b"] == nil)
  }

  @Test("After exactly a day the call is a new one, and its repeats answer the new key")
  mutating func after() {
    create("a", at: time(0, 5))
    #expect(create("b", at: time(Self.day, 5)).isSuccess)
    #expect(book.key("b") != book.key("a"))
    #expect(create("c", at: time(Self.day + 1)) == .failure(.repeatedCreation(book.key("b"))))
    #expect(create("c", at: time(2 * Self.day, 4)) == .failure(.repeatedCreation(book.key("b"))))
    #expect(create("c", at: time(2 * Self.day, 5)).isSuccess)
  }

  @Test("Another body under the same call is a conflict, until the day is over")
  mutating func conflict() {
    create("a", at: time(0))
    #expect(create("b", body: "other", at: time(1)) == .failure(.idempotencyConflict))
    #expect(create("a", body: "other", at: time(1)) == .failure(.idempotencyConflict))
    #expect(create("b", body: "other", at: time(Self.day)).isSuccess)
    #expect(create("c", at: time(Self.day)) == .failure(.idempotencyConflict))
  }

  @Test("Calls do not know each other, and one without a name is never a repeat")
  mutating func otherCalls() {
    #expect(create("a", call: "one", at: time(0)).isSuccess)
    #expect(create("b", call: "other", at: time(0)).isSuccess)
    #expect(book.run(.createKey(newKey("c")), at: time(0)).isSuccess)
    #expect(book.run(.createKey(newKey("d")), at: time(0)).isSuccess)
    #expect(book.run(.createKey(newKey("d")), at: time(0)) == .failure(.exists(.key, "d")))
  }

  @Test("A creation that was refused is not remembered")
  mutating func refused() {
    #expect(!create("a", expires: time(-1), at: time(0)).isSuccess)
    #expect(create("a", expires: time(9), at: time(0)).isSuccess)
  }

  @Test("A repeat answers the key whatever became of it")
  mutating func later() throws {
    create("a", at: time(0))
    let key = book.key("a")
    book.run(.rotateKey(key, id: "a2", secret: secret("2"), grace: 0), at: time(1))
    #expect(create("b", at: time(2)) == .failure(.repeatedCreation(key)))
    book.run(.revokeKey(key), at: time(3))
    #expect(create("b", expires: time(-5), at: time(4)) == .failure(.repeatedCreation(key)))
    #expect(try restored(book.state).index.idempotency == book.state.index.idempotency)
  }
}
