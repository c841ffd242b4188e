import Ledger
import Testing

@Suite("What was decided is decided again from the log")
struct DecideAgainTests {
  /// Long enough for a sweep, at 65,536 records.
  private static let records = 70_000
  private static let life = BusyLife(seed: 1, records: records)

  /// Sizes at which the fold goes on from its encoding.
  private static let stops = [1, 10_000, 65_534, 65_535, 65_536, 65_537, 69_999]

  @Test("Every request of a long life gets its reason and its charge again, on any path")
  func everyRequest() throws {
    let life = Self.life
    var state = LedgerState()
    var seen: [Reason: Int] = [:]
    for (at, event) in life.events.enumerated() {
      if Self.stops.contains(at) {
        let again = try restored(state)
        #expect(again == state)
        #expect(try again.encode() == state.encode())
        state = again
      }
      if case .requestDecided(let request) = event.body {
        let again = state.decideAgain(request, recorded: event)
        if event.origin != nil {
          #expect(again == nil)
        } else if again?.reason != request.reason || again?.charged != request.charged {
          Issue.record("record \(at): \(request.reason), again \(String(describing: again))")
        } else {
          seen[request.reason, default: 0] += 1
        }
      }
      state.evolve(event)
    }
    #expect(state == life.state)
    #expect(try state.encode() == life.state.encode())
    let live = Set(Reason.allCases).subtracting([.unspecified, .forbidden, .overloaded])
    #expect(Set(seen.keys) == live)
    for (reason, count) in seen { #expect(count >= 100, "\(reason)") }
  }

  /// Places after the last import, between two records of different times.
  private static let places: [Int] = [8_000, 40_000, 65_000, 65_500, 69_000].map {
    var at = $0
    while life.events[at].recorded == life.events[at - 1].recorded { at += 1 }
    return at
  }

  @Test("The state as of a moment decides as the log of then did", arguments: places)
  func asOf(place: Int) throws {
    let life = Self.life
    let moment = life.events[place].recorded
    var then = LedgerState()
    for event in life.events[..<place] { then.evolve(event) }
    var asOf = LedgerState()
    for event in life.events { asOf.evolve(event, showing: event.happened < moment) }

    #expect(Array(asOf.users[..<then.users.count]) == then.users)
    #expect(Array(asOf.keys[..<then.keys.count]) == then.keys)
    #expect(asOf.userActivity == then.userActivity)
    #expect(asOf.profiles == then.profiles)
    #expect(asOf.lastLive == then.lastLive && asOf.reports == then.reports)
    for profile in then.profiles.indices {
      for operation in then.operations.indices {
        for key in then.keys.indices {
          let limits = then.limits(
            ProfileOrdinal(profile), OperationOrdinal(operation),
            user: then.keys[key].owner?.user, key: KeyOrdinal(key))
          for limit in limits
          where then.reading(limit, at: moment) != asOf.reading(limit, at: moment) {
            // Only where an unused limiter was dropped; what would pass is the same.
            let (one, other) = (then.reading(limit, at: moment), asOf.reading(limit, at: moment))
            #expect(one.remaining == other.remaining, "\(limit)")
          }
        }
      }
    }
  }

  @Test("A record of imported history, or of an unknown profile, is not decided again")
  func undecidable() {
    let state = Self.life.state
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .allowed)
    request.key = KeyOrdinal(0)
    request.profile = .zazmic
    let origin = Origin(happened: time(), source: .cloudtrail, id: "e", fingerprint: 1)
    func again(_ request: RequestDecided, _ origin: Origin? = nil) -> LedgerState.Ruling? {
      state.decideAgain(
        request, recorded: Event(recorded: time(), origin: origin, body: .requestDecided(request)))
    }
    #expect(again(request) != nil)
    #expect(again(request, origin) == nil)
    request.profile = nil
    #expect(again(request) == nil)
    request.profile = ProfileOrdinal(99)
    #expect(again(request) == nil)
  }
}
