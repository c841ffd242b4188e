import Ledger
import Testing

@Suite("Late history: the order in which events arrive does not matter")
struct LateHistoryTests {
  /// After everything that happens here, before and after estimated expiries.
  private static let moments = [time(10_000), time(36 * 3_600 + 15), time(40 * 3_600)]

  private static func fold(_ history: some Sequence<History>) -> Book {
    var book = Book()
    var recorded = time(100_000)
    for event in history {
      recorded = recorded.adding(seconds: 1)
      book.run(event.command(in: book), at: recorded)
    }
    return book
  }

  private static func view(_ history: some Sequence<History>) -> LedgerView {
    LedgerView(fold(history).state, at: moments)
  }

  @Test(
    "A key with a secret here cannot be spoken of by imported history",
    arguments: [
      History(id: "e1", happened: time(-10), user: "eve", key: "k1"),
      History(
        id: "e1", happened: time(-10), user: "eve", key: "AKIA9",
        change: .created("k1", owner: "eve", kind: .permanent, expires: nil)),
      History(
        id: "e1", happened: time(-10), user: "eve", key: "AKIA9",
        change: .revoked("k1", owner: "eve")),
    ])
  func liveKeys(event: History) {
    var book = Book.withKey()
    let before = book.state
    #expect(!book.run(event.command(in: book)).isSuccess)
    #expect(book.state == before)
  }

  @Test("A user who was registered here stays where it was, whatever imported history says")
  func liveUsers() {
    var book = Book.withKey()
    let before = book.state
    for event in [
      History(id: "e1", happened: time(-9_999), organization: "victim", user: "ana", key: nil),
      History(
        id: "e2", happened: time(-9_999), organization: "victim", user: "eve", key: nil,
        change: .created("AKIA9", owner: "ana", kind: .permanent, expires: nil)),
    ] {
      #expect(!book.run(event.command(in: book)).isSuccess)
      #expect(book.state == before)
    }
  }

  /// Several users and keys; created late, disabled and enabled, revoked in between, ties.
  static let script: [History] = [
    // AKIA1: used by bob before anybody recorded that it was created for ana.
    History(id: "e01", happened: time(10), user: "bob", key: "AKIA1", client: "c1"),
    History(
      id: "e02", happened: time(20), user: "carol", key: "AKIA9",
      change: .created("AKIA1", owner: "ana", kind: .permanent, expires: nil)),
    History(id: "e03", happened: time(30), user: "ana", key: "AKIA1", reason: .forbidden),
    History(
      id: "e05", happened: time(40), user: "carol", key: "AKIA9",
      change: .disabled("AKIA1", owner: "ana")),
    // A tie: enabled and disabled in the same second; the greater id is the later one.
    History(
      id: "e07", happened: time(50), user: "carol", key: "AKIA9",
      change: .disabled("AKIA1", owner: "ana")),
    History(
      id: "e06", happened: time(50), user: "carol", key: "AKIA9",
      change: .enabled("AKIA1", owner: "ana")),
    // AKIA2: never created; earliest event is a change by somebody else than its owner.
    History(
      id: "e10", happened: time(15), user: "carol", key: "AKIA9",
      change: .disabled("AKIA2", owner: "dave")),
    History(
      id: "e11", happened: time(16), user: "carol", key: "AKIA9",
      change: .enabled("AKIA2", owner: "dave")),
    History(id: "e12", happened: time(17), user: "erin", key: "AKIA2", client: "c2"),
    // AKIA3: revoked twice, enabled after that.
    History(id: "e20", happened: time(5), user: "frank", key: "AKIA3"),
    History(
      id: "e21", happened: time(25), user: "frank", key: "AKIA3",
      change: .revoked("AKIA3", owner: "frank")),
    History(
      id: "e22", happened: time(35), user: "carol", key: nil,
      change: .revoked("AKIA3", owner: "frank")),
    History(
      id: "e23", happened: time(36), user: "carol", key: nil,
      change: .enabled("AKIA3", owner: "frank")),
    // Temporary keys: with expiry, without, and two reports of one creation (both accounts).
    History(
      id: "e30", happened: time(12), user: "ana", key: "AKIA1",
      change: .created("ASIA1", owner: "role", kind: .temporary, expires: time(3_612))),
    History(id: "e31", happened: time(13), user: "role", key: "ASIA1", client: "c1"),
    History(id: "e32", happened: time(14), user: "gina", key: "ASIA2"),
    History(id: "e33", happened: time(11), user: "role", key: "ASIA2"),
    History(
      id: "e34", happened: time(18), organization: "444455556666", user: "hal", key: nil,
      change: .created("ASIA3", owner: "role2", kind: .temporary, expires: time(7_218))),
    History(
      id: "e35", happened: time(18), user: "hal", key: "AKIA1",
      change: .created("ASIA3", owner: "role3", kind: .temporary, expires: time(7_300))),
    // The same time, different ids, different users: the lesser id owns the key.
    History(id: "e41", happened: time(22), user: "ivan", key: "AKIA4"),
    History(
      id: "e40", happened: time(22), organization: "444455556666", user: "judy", key: "AKIA4"),
    // A user seen in two accounts, a request without a key, a key that changes itself.
    History(id: "e50", happened: time(24), organization: "444455556666", user: "ana", key: nil),
    History(
      id: "e51", happened: time(26), user: "ana", key: "AKIA5",
      change: .disabled("AKIA5", owner: "kim")),
  ]

  @Test("Ownership, creation, state and counts are those the rules say")
  func outcome() throws {
    let view = Self.view(Self.script)
    func user(_ name: String) -> String { "\(tag(name).bytes)" }
    let one = try #require(view.keys["AKIA1"])
    #expect(one.owner == "111122223333 \(user("ana"))")
    #expect(one.createdAt == time(20))
    #expect(one.createdBy == user("carol"))
    #expect(one.activity.since == time(10))
    #expect(!one.isEnabled && one.states[0] == .disabled)
    // e01, e30, e35 allowed, e03 refused.
    #expect(one.activity.allowed == 3 && one.activity.refused == 1)
    #expect(one.activity.lastAllowed == time(18))
    let two = try #require(view.keys["AKIA2"])
    #expect(two.owner == "111122223333 \(user("dave"))")
    #expect(two.createdAt == nil && two.activity.since == time(15))
    #expect(two.isEnabled && two.states[0] == .active)
    let three = try #require(view.keys["AKIA3"])
    #expect(three.revokedAt == time(25))
    #expect(three.states == [.revoked, .revoked, .revoked])
    let temporary = try #require(view.keys["ASIA1"])
    #expect(temporary.expires == time(3_612) && !temporary.isEstimated)
    #expect(temporary.owner == "111122223333 \(user("role"))")
    #expect(temporary.states == [.expired, .expired, .expired])
    let estimated = try #require(view.keys["ASIA2"])
    #expect(estimated.expires == time(11 + 36 * 3_600) && estimated.isEstimated)
    #expect(estimated.owner == "111122223333 \(user("role"))")
    #expect(estimated.states == [.active, .expired, .expired])
    #expect(view.keys["ASIA3"]?.owner == "444455556666 \(user("role2"))")
    #expect(view.keys["ASIA3"]?.expires == time(7_300))
    #expect(view.keys["AKIA4"]?.owner == "444455556666 \(user("judy"))")
    #expect(view.keys["AKIA5"]?.owner == "111122223333 \(user("ana"))")
    #expect(view.users[tag("ana").bytes]?.organization == "111122223333")
    #expect(view.users[tag("ana").bytes]?.activity.since == time(12))
    #expect(view.organizations["111122223333"]?.activity.requests == 20)
    #expect(view.organizations["444455556666"]?.activity.requests == 3)
  }

  @Test("Random orders tell the same", arguments: 1...40)
  func randomOrders(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let view = Self.view(Self.script.shuffled(using: &random))
    #expect(view.differences(from: Self.view(Self.script)) == [])
  }

  @Test("Random histories tell the same in every order", arguments: 1...20)
  func randomHistories(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let history = RandomHistory.make(count: 40, &random)
    let expected = Self.view(history.sorted { $0.happened < $1.happened })
    for _ in 0..<4 {
      #expect(Self.view(history.shuffled(using: &random)).differences(from: expected) == [])
    }
  }

  @Test("What was true at a moment is what happened before it, whatever arrived when")
  func asOf() {
    var random = SeededGenerator(seed: 11)
    let times = Set(Self.script.map(\.happened)).sorted()
    let moments = times + times.map { Timestamp(microseconds: $0.microseconds + 1) }
    for _ in 0..<2 {
      let events = Self.fold(Self.script.shuffled(using: &random)).events
      for moment in moments {
        expect(events, asOf: moment, like: Self.script.shuffled(using: &random))
      }
    }
  }

  @Test("Random histories are true at every moment", arguments: 1...10)
  func randomAsOf(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let history = RandomHistory.make(count: 30, &random)
    let events = Self.fold(history.shuffled(using: &random)).events
    for moment in Set(history.map(\.happened)) {
      expect(events, asOf: moment, like: history.shuffled(using: &random))
    }
  }

  private func expect(
    _ events: [Event], asOf moment: Timestamp, like history: [History],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var state = LedgerState()
    for event in events { state.evolve(event, showing: event.happened < moment) }
    let known = Self.view(history.filter { $0.happened < moment })
    #expect(
      LedgerView(state, at: Self.moments).differences(from: known) == [], "as of \(moment)",
      sourceLocation: sourceLocation)
    #expect(state.lastHappened < moment)
    #expect(state.logSize == UInt64(events.count))
  }

  @Test("The kind of a key is what its creation says, whenever the creation arrives")
  func kindOfCreatedKey() {
    let used = History(id: "e1", happened: time(2), user: "ana", key: "TEMP1")
    let created = History(
      id: "e2", happened: time(1), user: "ana", key: nil,
      change: .created("TEMP1", owner: "ana", kind: .temporary, expires: nil))
    for order in [[used, created], [created, used]] {
      let key = Self.view(order).keys["TEMP1"]
      #expect(key?.kind == .temporary)
      #expect(key?.isEstimated == true)
    }
  }

  @Test("A request is recorded first, then what it changed, all with the origin")
  func recordsOfOneRequest() throws {
    let book = Self.fold([Self.script[1]])
    let types = book.events.map(\.body.type)
    #expect(types.suffix(2) == [.requestDecided, .keyCreated])
    #expect(!types.dropLast(2).contains { $0 == .requestDecided || $0 == .keyCreated })
    #expect(book.events.allSatisfy { $0.origin?.id == "e02" && $0.happened == time(20) })
    guard case .requestDecided(let request) = book.events[types.count - 2].body else { return }
    #expect(request.targetKey == book.key("AKIA1"))
    #expect(request.key == book.key("AKIA9"))
    // The key's own organization and user are not repeated.
    #expect(request.organization == nil && request.user == nil)
    #expect(
      book.events[types.count - 1].actor
        == Actor(user: book.state.index.users[tag("carol")], key: request.key))
  }

  @Test("A request with a name out of all measure is refused, a long error code is cut")
  func longTexts() throws {
    let long = String(repeating: "é", count: 35_000)
    let whole = History(id: "e1", happened: time(), user: "ana", key: "AKIA1", client: "c1")
    let book = Book()
    var tries = Array(repeating: whole, count: 7)
    tries[0].id = long
    tries[1].organization = long
    tries[2].operation = long
    tries[3].key = long
    tries[4].user = long
    tries[5].client = long
    tries[6].change = .revoked(long, owner: "ana")
    for history in tries {
      let result = book.state.decide(history.command(in: book), by: nil, at: time())
      guard case .failure(.tooLarge) = result else {
        Issue.record("a record too large for a tile was decided")
        continue
      }
    }
    var request = whole.request(in: book)
    request.errorCode = long
    let events = try book.state.decide(.importRequest(request), by: nil, at: time()).get()
    guard case .requestDecided(let decided) = events.last?.body else { return }
    #expect(decided.errorCode == String(repeating: "é", count: Limits.codeBytes / 2))
  }

  @Test("Importing a second time decides the same records, but for the introductions")
  func introductionsOnce() {
    var book = Self.fold(Self.script)
    let size = book.state.keys.count
    for event in Self.script { book.run(event.command(in: book)) }
    #expect(book.state.keys.count == size)
    let introductions = book.events.filter {
      [.organizationRegistered, .userRegistered, .operationDefined, .clientSeen, .keyObserved]
        .contains($0.body.type)
    }
    #expect(introductions.count == 2 + book.state.users.count + 1 + 2 + introducedByUse(book))
    #expect(book.state.clients.count == 2)
  }

  private func introducedByUse(_ book: Book) -> Int {
    let created = book.events.filter {
      if case .keyCreated(let body) = $0.body { return body.key == nil }
      return false
    }
    return book.state.keys.count - created.count
  }
}

/// Histories with few names and few moments, so that everything collides.
enum RandomHistory {
  static func make(count: Int, _ random: inout SeededGenerator) -> [History] {
    (0..<count).map { at in
      func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
      let users = ["amy", "bert", "carol"]
      let keys = ["AKIA1", "AKIA2", "ASIA1", "ASIA2", "odd"]
      let (key, owner) = (pick(keys), pick(users))
      let change: History.Change? =
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
          .created(
            key, owner: owner, kind: pick([.permanent, .temporary]),
            expires: pick([nil, time(500), time(200_000)]))
        case 1: .enabled(key, owner: owner)
        case 2: .disabled(key, owner: owner)
        case 3: random.chance(1, in: 3) ? .revoked(key, owner: owner) : nil
        default: nil
        }
      return History(
        id: "e\(at)", happened: time(Int64.random(in: 0...12, using: &random)),
        organization: pick(["111122223333", "444455556666"]), user: pick(users),
        key: pick(keys + [nil]), operation: pick(["a", "b"]), client: pick(["c1", "c2", nil]),
        reason: pick([.allowed, .allowed, .forbidden, .rateLimited]), change: change)
    }
  }
}
