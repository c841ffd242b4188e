import Ledger
import Testing

@Suite("The state as of a moment, with live changes and imports in one log")
struct AsOfTests {
  private enum Step: Sendable {
    case live(Timestamp, @Sendable (Book) -> Command)
    /// Recorded then; it happened before.
    case imported(Timestamp, History)

    var happened: Timestamp {
      switch self {
      case .live(let recorded, _): recorded
      case .imported(_, let history): history.happened
      }
    }
  }

  private static func fold(_ steps: [Step]) -> Book {
    var book = Book()
    for step in steps {
      switch step {
      case .live(let recorded, let command): book.run(command(book), at: recorded)
      case .imported(let recorded, let history): book.run(history.command(in: book), at: recorded)
      }
    }
    return book
  }

  /// Live changes to keys, with imports in between that happened before, some of them about the
  /// same keys, organizations and users.
  private static let steps: [Step] = [
    .live(time(10)) { _ in .registerOrganization(id: "111122223333") },
    .live(time(20)) { .registerUser($0.user("ana"), organization: OrganizationOrdinal(0)) },
    .imported(time(25), History(id: "e1", happened: time(5), user: "bob", key: "AKIA1")),
    .live(time(30)) { _ in .createKey(newKey("k1", scopes: ["read"])) },
    .imported(time(35), History(id: "e2", happened: time(12), user: "amy", key: "AKIA2")),
    .live(time(40)) { .renameKey($0.key("k1"), name: "billing") },
    .live(time(50)) { .setKey($0.key("AKIA1"), enabled: false) },
    .imported(
      time(55),
      History(
        id: "e3", happened: time(45), user: "bob", key: "AKIA1",
        change: .enabled("AKIA1", owner: "bob"))),
    .imported(
      time(56),
      History(
        id: "e4", happened: time(15), user: "carol", key: nil,
        change: .created("AKIA4", owner: "mallory", kind: .permanent, expires: nil))),
    .live(time(60)) {
      .rotateKey($0.key("k1"), id: "k2", secret: secret("2"), grace: 15)
    },
    .imported(time(62), History(id: "e5", happened: time(61), user: "amy", key: "AKIA5")),
    .imported(time(63), History(id: "e6", happened: time(33), user: "bob", key: "AKIA4")),
    .imported(time(64), History(id: "e7", happened: time(1), user: "dan", key: "AKIA5")),
    .live(time(70)) { .setScopes($0.key("k2"), ["read", "write"]) },
    .live(time(75)) { _ in .setUser(UserOrdinal(0), enabled: false) },
    .live(time(80)) { .revokeKey($0.key("k1")) },
    .live(time(85)) { _ in .setOrganization(OrganizationOrdinal(0), enabled: false) },
    .live(time(90)) { .revokeKey($0.key("AKIA1")) },
    .imported(
      time(95),
      History(
        id: "e8", happened: time(41), user: "bob", key: "AKIA1",
        change: .revoked("AKIA1", owner: "bob"))),
  ]

  @Test("It is what a log of only what happened before would tell", arguments: 0...100)
  func asOf(second: Int64) {
    let moment = time(second)
    let moments = [moment, time(1_000)]
    var state = LedgerState()
    for event in Self.fold(Self.steps).events {
      state.evolve(event, showing: event.happened < moment)
    }
    let known = Self.fold(Self.steps.filter { $0.happened < moment }).state
    let view = LedgerView(state, at: moments)
    #expect(view.differences(from: LedgerView(known, at: moments)) == [])
  }

  @Test("What a record introduces and what its ordinals mean does not depend on the moment")
  func introductions() {
    let events = Self.fold(Self.steps).events
    let whole = Self.fold(Self.steps).state
    for second in Int64(0)...100 {
      var state = LedgerState()
      for event in events { state.evolve(event, showing: event.happened < time(second)) }
      #expect(state.keys.map(\.introduced) == whole.keys.map(\.introduced))
      #expect(state.keys.map(\.id) == whole.keys.map(\.id))
      #expect(state.users.map(\.tag) == whole.users.map(\.tag))
      #expect(state.operations == whole.operations)
    }
  }

  @Test("A snapshot of what happened before a moment serves the question about the moment")
  func fromSnapshot() throws {
    let events = Self.fold(Self.steps).events
    for size in events.indices {
      var snapshot = LedgerState()
      for event in events[..<size] { snapshot.evolve(event) }
      let moment = snapshot.lastHappened.adding(seconds: 1)
      var (short, long) = (try restored(snapshot), LedgerState())
      for event in events[size...] { short.evolve(event, showing: event.happened < moment) }
      for event in events { long.evolve(event, showing: event.happened < moment) }
      #expect(short == long)
    }
  }
}
