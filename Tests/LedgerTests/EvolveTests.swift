import Ledger
import Testing

@Suite("The fold is total and depends on the records alone")
struct EvolveTests {
  /// Events that speak of the same few things, known or not: nothing `decide` would ever make.
  private static func hostileLog(count: Int, seed: UInt64) -> [Event] {
    var filler = MessageFiller(style: .crowded, random: SeededGenerator(seed: seed))
    return (0..<count).map { _ in
      let type = EventType.allCases.randomElement(using: &filler.random)!
      filler.style = filler.random.chance(1, in: 20) ? .extreme : .crowded
      return EventCorpus.event(type, &filler)
    }
  }

  @Test("Whatever a log holds is folded, and can be asked about", arguments: 1...20)
  func total(seed: UInt64) throws {
    var state = LedgerState()
    for event in Self.hostileLog(count: 200, seed: seed) {
      state.evolve(event, showing: event.recorded.microseconds != 1)
      _ = event.references(in: state)
    }
    for at in state.keys.indices {
      for moment in [Timestamp.distantPast, time(), .distantFuture] {
        _ = state.status(of: KeyOrdinal(at), at: moment)
      }
    }
    #expect(state.logSize == 200)
  }

  @Test("A fold continued from a snapshot is the fold from the start", arguments: 1...20)
  func fromSnapshot(seed: UInt64) throws {
    var (live, resumed) = (LedgerState(), LedgerState())
    for (at, event) in Self.hostileLog(count: 200, seed: seed).enumerated() {
      if at % 10 == 0 { resumed = try restored(resumed) }
      live.evolve(event)
      resumed.evolve(event)
    }
    #expect(try live.encode() == resumed.encode())
    #expect(live == resumed)
  }

  @Test("Showing later what was folded without showing is folding it at once", arguments: 1...10)
  func showLater(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var book = Book()
    for event in RandomHistory.make(count: 40, &random) { book.run(event.command(in: book)) }
    var state = LedgerState()
    for event in book.events { state.evolve(event, showing: false) }
    #expect(LedgerView(state, at: [book.clock]) == LedgerView(LedgerState(), at: [book.clock]))
    for (at, event) in book.events.enumerated() {
      state.show(event, at: SequenceNumber(UInt64(at)))
    }
    #expect(state == book.state)
  }

  @Test("Sums stop at the end of their numbers")
  func saturation() {
    var book = Book.withKey()
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .allowed)
    request.organization = OrganizationOrdinal(0)
    request.user = UserOrdinal(0)
    request.charged = .max
    book.add(.operationDefined(OperationDefined(name: "read")))
    for _ in 0..<3 { book.add(.requestDecided(request)) }
    #expect(book.state.users[0].credits == .min)
    for _ in 0..<4 {
      book.add(.creditsGranted(CreditsGranted(user: UserOrdinal(0), amount: .max)))
    }
    #expect(book.state.users[0].credits == .max)
    let counts = [
      CoalescedCount(reason: .noCredential, count: .max),
      CoalescedCount(reason: .unknownKey, count: 5),
    ]
    for _ in 0..<2 {
      book.add(
        .requestsCoalesced(RequestsCoalesced(counts: counts, started: time(), ended: time())))
    }
    #expect(book.state.coalesced == .max)
  }

  @Test("Credits are granted, charged by live requests and refunded; imported ones charge nothing")
  func credits() {
    var book = Book.withKey()
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .allowed)
    request.key = book.key("k1")
    request.charged = 3
    book.add(.operationDefined(OperationDefined(name: "read")))
    book.add(.creditsGranted(CreditsGranted(user: UserOrdinal(0), amount: 10)))
    book.add(.requestDecided(request))
    #expect(book.state.users[0].credits == 7)
    let origin = Origin(happened: time(), source: .cloudtrail, id: "e1", fingerprint: 1)
    book.add(Event(recorded: book.clock, origin: origin, body: .requestDecided(request)))
    #expect(book.state.users[0].credits == 7)
    book.add(
      .creditsRefunded(
        CreditsRefunded(user: UserOrdinal(0), amount: 3, decision: SequenceNumber(9))))
    #expect(book.state.users[0].credits == 10)
  }

  @Test("A live request counts for its key and whoever the key belongs to")
  func liveRequest() {
    var book = Book.withKey()
    var request = RequestDecided(operation: OperationOrdinal(0), reason: .rateLimited)
    request.key = book.key("k1")
    book.add(.operationDefined(OperationDefined(name: "read")))
    book.add(.requestDecided(request), at: time(50))
    request.reason = .allowed
    book.add(.requestDecided(request), at: time(60))
    for activity in [
      book.state.keyActivity[0], book.state.userActivity[0], book.state.organizationActivity[0],
    ] {
      #expect(activity.allowed == 1 && activity.refused == 1)
      #expect(activity.lastAllowed == time(60))
    }
    #expect(book.state.organizationActivity[1].requests == 0)
    // Written only where it differs from the key's: bob used it.
    request.user = UserOrdinal(1)
    book.add(.requestDecided(request), at: time(70))
    #expect(book.state.userActivity[1].allowed == 1)
    #expect(book.state.organizationActivity[0].allowed == 2)
  }

  @Test("Imported history that names a live key cannot take its secret away")
  func importedCreationOfLiveKey() throws {
    var book = Book.withKey()
    let forged = History(
      id: "e1", happened: time(-100), user: "mallory", key: nil,
      change: .created("k1", owner: "mallory", kind: .permanent, expires: nil))
    book.run(forged.command(in: book))
    let key = book.state.keys[book.key("k1").index]
    #expect(key.hash == secretHash("secret of k1"))
    #expect(key.environment == .live)
    // Nor out of its lineage, to which the limits belong.
    book.run(.rotateKey(book.key("k1"), id: "k2", secret: secret("2"), grace: 0))
    let again = History(
      id: "e2", happened: time(-100), user: "mallory", key: nil,
      change: .created("k2", owner: "mallory", kind: .permanent, expires: nil))
    book.run(again.command(in: book))
    #expect(book.state.keys[book.key("k2").index].lineage == book.key("k1"))
    #expect(try restored(book.state) == book.state)
  }

  @Test("A profile keeps its ordinal over its versions; the last one set is in force")
  func profiles() {
    var book = Book()
    book.add(.profileSet(ProfileSet(name: "zazmic", version: 1, document: "{}")))
    book.add(.profileSet(ProfileSet(name: "azen", version: 1, document: "{}")))
    book.add(.profileSet(ProfileSet(name: "zazmic", version: 2, document: "{\"a\":1}")))
    #expect(book.state.profiles.map(\.name) == ["zazmic", "azen"])
    #expect(book.state.profiles.map(\.version) == [2, 1])
    #expect(book.state.profiles[0].document == "{\"a\":1}")
  }

  @Test("A block begins, ends at its time or by release; erasure marks the subject")
  func accessEvents() {
    var book = Book.withKey()
    book.run(.importRequest(History.request("e1", at: time(), by: "amy", key: nil, in: book)))
    book.add(.clientSeen(ClientSeen(tag: tag("c"), sealed: sealed("c"))))
    let evidence = [SequenceNumber(3), SequenceNumber(4)]
    book.add(
      .abuseBlocked(AbuseBlocked(user: UserOrdinal(0), until: time(900), evidence: evidence)),
      at: time(300))
    let block = Block(began: time(300), until: time(900), evidence: evidence)
    #expect(book.state.users[0].block == block)
    book.add(.abuseReleased(AbuseReleased(user: UserOrdinal(0))))
    #expect(book.state.users[0].block == nil)
    book.add(.subjectErased(SubjectErased(user: UserOrdinal(1))))
    book.add(.subjectErased(SubjectErased(client: ClientOrdinal(0))))
    #expect(book.state.users.map(\.isErased) == [false, true, false])
    #expect(book.state.clients.map(\.isErased) == [true])
    book.add(.sessionDenied(SessionDenied(session: tag("s"), expires: time(500))))
    #expect(book.state.deniedSessions == [tag("s"): time(500)])
    book.add(.pepperRotated(PepperRotated(pepper: 2)))
    #expect(book.state.pepper == 2)
  }

  @Test("A record of every kind names the things whose rows it changes", arguments: 1...10)
  func references(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var book = Book.withKey()
    for event in RandomHistory.make(count: 30, &random) { book.run(event.command(in: book)) }
    for command in RandomCommand.some(60, for: book, &random) { book.run(command) }
    var before = LedgerState()
    for event in book.events {
      var after = before
      after.evolve(event)
      let named = Set(event.references(in: after))
      for reference in changed(from: before, to: after) {
        #expect(named.contains(reference), "\(event.body.type) changes \(reference)")
      }
      before = after
    }
  }

  /// What is not the same in two states.
  private func changed(from old: LedgerState, to new: LedgerState) -> [Reference] {
    var found: [Reference] = []
    for at in new.organizations.indices
    where at >= old.organizations.count || old.organizations[at] != new.organizations[at]
      || old.organizationActivity[at] != new.organizationActivity[at]
    {
      found.append(.organization(OrganizationOrdinal(at)))
    }
    for at in new.users.indices
    where at >= old.users.count || old.users[at] != new.users[at]
      || old.userActivity[at] != new.userActivity[at]
    {
      found.append(.user(UserOrdinal(at)))
    }
    for at in new.keys.indices
    where at >= old.keys.count || old.keys[at] != new.keys[at]
      || old.keyActivity[at] != new.keyActivity[at]
    {
      found.append(.key(KeyOrdinal(at)))
    }
    for at in new.operations.indices.dropFirst(old.operations.count) {
      found.append(.operation(OperationOrdinal(at)))
    }
    return found
  }
}
