import Ledger
import Testing

@Suite("Sessions, and keys in their place")
struct SessionFactsTests {
  var book = Book.open

  /// Sessions that do not count, with the reason they have where no key comes with them.
  private static let failed: [(SessionFacts, Reason)] = [
    (.none, .noCredential), (.invalid, .sessionInvalid),
    (.valid(user: tag("bob"), session: tag("s"), expires: time(-15)), .sessionExpired),
    (.valid(user: tag("bob"), session: tag("denied"), expires: time(500)), .sessionDenied),
    (.valid(user: tag("nobody"), session: tag("denied"), expires: time(500)), .sessionDenied),
    // Over before it was looked up.
    (.valid(user: tag("bob"), session: tag("denied"), expires: time(-15)), .sessionExpired),
  ]

  @Test("A valid session decides, whatever key comes with it")
  mutating func sessionFirst() throws {
    book.run(.revokeKey(book.key("b1")), at: time(1))
    for key: KeyFacts in [
      .none, .malformed, .hashed([]), .hashed([secretHash("unknown")]),
      .hashed([secretHash("secret of b1")]), .hashed([secretHash("secret of k1")]),
    ] {
      var facts = RequestFacts.of(session: "ana")
      facts.key = key
      let request = try book.ask(facts, at: time(2))
      #expect(request.reason == .allowed && request.credential == .session)
      #expect(request.key == nil && request.user == UserOrdinal(0))
    }
  }

  @Test("An absent, invalid, expired or denied session leaves it to the key", arguments: failed)
  mutating func keyInstead(session: SessionFacts, reason: Reason) throws {
    book.run(.denySession(tag("denied"), expires: time(500)), at: time(-1))
    var facts = RequestFacts.of(key: "k1")
    facts.session = session
    var request = try book.ask(facts, at: time(0))
    #expect(request.reason == .allowed && request.credential == .apiKey)
    #expect(request.key == book.key("k1"))
    // The key's own fault is told then, and not the session's.
    book.run(.setKey(book.key("k1"), enabled: false), at: time(0))
    #expect(try book.reason(facts, at: time(0)) == .disabled)
    facts.key = .malformed
    #expect(try book.reason(facts, at: time(0)) == .malformedCredential)
    facts.key = .hashed([secretHash("unknown")])
    #expect(try book.reason(facts, at: time(0)) == .unknownKey)
    facts.key = .none
    request = try book.ask(facts, at: time(0))
    #expect(request.reason == reason && request.key == nil)
    #expect(request.credential == (session == .none ? .none : .session))
  }

  @Test("A session counts for fifteen seconds after its end, and not a microsecond longer")
  mutating func tolerance() throws {
    var facts = RequestFacts.of()
    facts.session = .valid(user: tag("ana"), session: tag("s"), expires: time(100))
    #expect(try book.reason(facts, at: time(100)) == .allowed)
    #expect(try book.reason(facts, at: time(114, 999_999)) == .allowed)
    #expect(try book.reason(facts, at: time(115)) == .sessionExpired)
  }

  @Test("A session of somebody unknown decides, too: the user is missing, whatever key is there")
  mutating func unknownUser() throws {
    let request = try book.ask(.of(key: "k1", session: "nobody"), at: time(1))
    #expect(request.reason == .missingMetadata && request.credential == .session)
    #expect(request.user == nil && request.organization == nil && request.key == nil)
  }

  @Test("A disabled user's session is refused though the key of another would do")
  mutating func disabledUser() throws {
    book.run(.setUser(UserOrdinal(0), enabled: false), at: time(1))
    #expect(try book.reason(.of(key: "b1", session: "ana"), at: time(2)) == .disabled)
  }

  @Test("A session is denied by its own id; one without an id cannot be")
  mutating func denial() throws {
    var facts = RequestFacts.of(session: "ana")
    book.run(.denySession(tag("session of ana"), expires: .distantFuture), at: time(1))
    #expect(try book.reason(facts, at: time(2)) == .sessionDenied)
    facts.session = .valid(user: tag("ana"), session: tag("another"), expires: time(500))
    #expect(try book.reason(facts, at: time(2)) == .allowed)
    facts.session = .valid(user: tag("ana"), session: nil, expires: time(500))
    #expect(try book.reason(facts, at: time(2)) == .allowed)
    let again = book.run(.denySession(tag("session of ana"), expires: .distantFuture))
    #expect(try again.get().isEmpty)
  }

  @Test("Denying a session again never ends the denial sooner")
  mutating func denialAgain() throws {
    book.run(.denySession(tag("s"), expires: time(500)), at: time(1))
    #expect(try book.run(.denySession(tag("s"), expires: time(2)), at: time(1)).get().isEmpty)
    #expect(book.state.deniedSessions[tag("s")] == time(500))
    book.run(.denySession(tag("s"), expires: time(900)), at: time(1))
    #expect(book.state.deniedSessions[tag("s")] == time(900))
  }

  @Test("A public route is everybody's: no rule is applied, nobody is charged or counted")
  mutating func publicRoute() throws {
    for task in 0..<10 { book.report("\(task)", at: time(1)) }
    #expect(try book.passed(1, .of(key: "k1"), at: time(1)) == 0)
    let before = book.state
    for var facts: RequestFacts in [
      .of(), .of(key: "k1"), .of(key: "unknown"), .of(session: "ana"), .of(session: "nobody"),
    ] {
      facts.isPublic = true
      facts.tenant = "globex"
      for _ in 0..<20 {
        let request = try book.ask(facts, at: time(2))
        #expect(request.reason == .allowed && request.credential == .none)
        #expect(request.key == nil && request.user == nil && request.charged == 0)
        #expect(request.tenant == .unspecified && request.address == .unspecified)
      }
    }
    #expect(book.state.limiters == before.limiters && book.credits() == 1_000)
    #expect(book.state.userActivity == before.userActivity)
    #expect(book.state.keyActivity == before.keyActivity)
  }
}
