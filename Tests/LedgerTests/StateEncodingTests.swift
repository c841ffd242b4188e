import Ledger
import Testing

@Suite("The canonical encoding of the state")
struct StateEncodingTests {
  private static let strictPolicy = Policy(
    limits: [
      LimitRule(
        operation: nil, algorithm: .fixedWindow, scope: .user,
        limit: RateLimit(capacity: 10, refill: 10, interval: 60_000_000), isCustomizable: false,
        isShown: true)
    ],
    costs: [], abuse: AbuseRule(threshold: 10, window: 600_000_000, duration: 600_000_000))

  /// A state with something of everything.
  private static let full: Book = {
    var random = SeededGenerator(seed: 31)
    var book = Book.withKey()
    for event in RandomHistory.make(count: 40, &random) { book.run(event.command(in: book)) }
    for command in RandomCommand.some(80, for: book, &random) {
      // A revocation is among the effects below.
      if case .revokeKey = command { continue }
      book.run(command)
    }
    book.run(.createToken(name: "ci", role: .auditor, secret: secret("ci"), expires: nil))
    book.add(
      .profileSet(ProfileSet(name: "azen", version: 3, document: "{}", policy: strictPolicy)))
    book.add(.operationDefined(OperationDefined(name: "tasks.execute")))
    for at in 0..<3 {
      book.add(
        .taskReported(TaskReported(user: UserOrdinal(at % 2), task: tag("t\(at)"))))
    }
    var charged = RequestDecided(user: UserOrdinal(0))
    charged.profile = book.state.index.profiles["azen"]
    charged.charged = 1
    book.add(.requestDecided(charged))
    book.add(
      .creditsRefunded(
        CreditsRefunded(
          user: UserOrdinal(0), amount: 1, decision: SequenceNumber(book.state.logSize - 1))))
    book.add(.pepperRotated(PepperRotated(pepper: 2)))
    book.add(.creditsGranted(CreditsGranted(user: UserOrdinal(0), amount: 9)))
    for name in ["s1", "s2", "s3"] {
      book.add(.sessionDenied(SessionDenied(session: tag(name), expires: time(500))))
    }
    for at in 0..<20 {
      book.add(
        .keyCreated(
          KeyCreated(
            id: "i\(at)", owner: .ana, kind: .permanent, environment: .test, pepper: 1,
            idempotency: tag("i\(at)"),
            requestHash: tag("r\(at)"))))
    }
    return book
  }()

  @Test("A state reads back as it was, finding everything by name again")
  func roundTrip() throws {
    let state = Self.full.state
    let again = try restored(state)
    #expect(again == state)
    #expect(again.index == state.index)
    #expect(try again.encode() == state.encode())
    #expect(try restored(LedgerState()) == LedgerState())
  }

  @Test("At every size of a log the state reads back as it was")
  func everyPrefix() throws {
    var state = LedgerState()
    for event in Self.full.events {
      state.evolve(event)
      #expect(try restored(state) == state, "after \(event.body.type)")
    }
  }

  @Test("The bytes do not depend on how dictionaries came to be")
  func dictionaryOrder() throws {
    let names = (0..<200).map { "session \($0)" }
    func denied(_ names: [String]) -> LedgerState {
      var book = Book()
      for name in names {
        book.add(.sessionDenied(SessionDenied(session: tag(name), expires: time())))
      }
      return book.state
    }
    let (one, other) = (denied(names), denied(names.reversed()))
    #expect(one == other)
    #expect(try one.encode() == other.encode())
    #expect(try restored(one).encode() == one.encode())
  }

  @Test("Two idempotency keys of one moment and one key have one order")
  func idempotencyTies() throws {
    var (one, other) = (Book.withKey(), Book.withKey())
    func created(_ name: String) -> EventBody {
      .keyCreated(
        KeyCreated(
          key: KeyOrdinal(0), owner: .ana,
          kind: .permanent, environment: .live, pepper: 1, idempotency: tag(name)))
    }
    let names = (0..<50).map { "call \($0)" }
    for name in names { one.add(created(name)) }
    for name in names.reversed() { other.add(created(name)) }
    #expect(one.state == other.state)
    #expect(try one.state.encode() == other.state.encode())
  }

  /// An event of each kind that changes something in `full`.
  private static let effective: [EventBody] = [
    .organizationRegistered(OrganizationRegistered(id: "new")),
    .organizationDisabled(OrganizationDisabled(organization: OrganizationOrdinal(1))),
    .organizationEnabled(OrganizationEnabled(organization: OrganizationOrdinal(1))),
    .userRegistered(
      UserRegistered(organization: OrganizationOrdinal(0), tag: tag("new"), sealed: sealed("new"))),
    .userDisabled(UserDisabled(user: UserOrdinal(1))),
    .userEnabled(UserEnabled(user: UserOrdinal(1))),
    .operationDefined(OperationDefined(name: "new")),
    .clientSeen(ClientSeen(tag: tag("new"), sealed: sealed("new"))),
    .profileSet(ProfileSet(name: "azen", version: 4, document: "{}")),
    .keyCreated(
      KeyCreated(
        id: "new", owner: .ana, kind: .permanent,
        environment: .live, pepper: 1)),
    .keyObserved(
      KeyObserved(
        id: "new", organization: OrganizationOrdinal(0), user: UserOrdinal(0), kind: .permanent)),
    .keyRenamed(KeyRenamed(key: KeyOrdinal(0), name: "new")),
    .keyEnabled(KeyEnabled(key: KeyOrdinal(0))),
    .keyDisabled(KeyDisabled(key: KeyOrdinal(0))),
    .keyExpirySet(KeyExpirySet(key: KeyOrdinal(0), expires: time(77_777))),
    .keyRateLimitSet(
      KeyRateLimitSet(key: KeyOrdinal(0), limit: RateLimit(capacity: 7, refill: 7, interval: 7))),
    .keyScopesSet(KeyScopesSet(key: KeyOrdinal(0), scopes: [OperationOrdinal(0)])),
    .keyAddressesSet(KeyAddressesSet(key: KeyOrdinal(0), addresses: ["192.0.2.0/24"])),
    .keyMetadataSet(
      KeyMetadataSet(key: KeyOrdinal(0), entries: [MetadataEntry(name: "new", value: "x")])),
    .keyRotated(
      KeyRotated(key: KeyOrdinal(0), id: "new", pepper: 1, previousExpires: time(77_777))),
    .keyRevoked(KeyRevoked(key: KeyOrdinal(0))),
    .sessionDenied(SessionDenied(session: tag("new"), expires: time(500))),
    .tokenCreated(TokenCreated(name: "new", role: .admin, hash: secretHash("new"), pepper: 1)),
    .tokenRevoked(TokenRevoked(token: TokenOrdinal(0))),
    .pepperRotated(PepperRotated(pepper: 3)),
    .requestsCoalesced(
      RequestsCoalesced(
        counts: [CoalescedCount(reason: .noCredential, count: 1)], started: time(), ended: time())),
    .taskReported(TaskReported(user: UserOrdinal(0), task: tag("t"), succeeded: true)),
    .abuseBlocked(AbuseBlocked(user: UserOrdinal(0), until: time(77_777))),
    .creditsGranted(CreditsGranted(user: UserOrdinal(0), amount: 1)),
    .creditsRefunded(
      CreditsRefunded(user: UserOrdinal(0), amount: 1, decision: SequenceNumber(1))),
    .subjectErased(SubjectErased(user: UserOrdinal(0))),
    .requestDecided(RequestDecided(user: UserOrdinal(0))),
  ]

  @Test("Every event of a kind that changes something changes the bytes", arguments: effective)
  func everyEffectShows(body: EventBody) throws {
    var book = Self.full
    book.run(.revokeKey(book.key("i0")))
    let moment = time(50_000)
    // The same size and times without the effect: an event that leaves the state alone.
    var without = book
    without.add(.auditAccessed(AuditAccessed(resource: "/v1/keys", logSize: 1)), at: moment)
    book.add(body, at: moment)
    #expect(book.state != without.state)
    #expect(try book.state.encode() != without.state.encode())
    #expect(try restored(book.state) == book.state)
  }

  @Test("A release shows, too")
  func release() throws {
    var book = Self.full
    book.add(.abuseBlocked(AbuseBlocked(user: UserOrdinal(0), until: time(77_777))))
    var without = book
    book.add(.abuseReleased(AbuseReleased(user: UserOrdinal(0))))
    without.add(.logStopped(LogStopped()))
    #expect(try book.state.encode() != without.state.encode())
  }

  @Test("The kinds that change nothing, and those that do, are all kinds")
  func allKinds() throws {
    let silent: [EventBody] = [
      .auditAccessed(AuditAccessed(resource: "r", logSize: 1)),
      .importCompleted(
        ImportCompleted(source: .cloudtrail, files: 1, events: 1, added: 1, filesSkipped: 0)),
      .checkpointRotated(CheckpointRotated(key: "k", previous: "p")),
      .logStarted(LogStarted(version: "1")), .logStopped(LogStopped()),
      .logTrimmed(LogTrimmed(first: SequenceNumber(1), root: [1])),
    ]
    let kinds = Set((Self.effective + silent).map(\.type)).union([.abuseReleased])
    #expect(kinds == Set(EventType.allCases))
    let states = silent.map { body in
      var book = Self.full
      book.add(body)
      return book.state
    }
    for state in states { #expect(try state.encode() == states[0].encode()) }
  }

  @Test("An encoding that is cut or has a bit flipped is refused or read, and never stops us")
  func damage() throws {
    var book = Book.withKey()
    book.run(.rotateKey(book.key("k1"), id: "k2", secret: secret("2"), grace: 60))
    var bytes = try book.state.encode()
    for end in 0..<bytes.count { _ = try? restored(Array(bytes[..<end])) }
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      if var state = try? restored(bytes) {
        for event in book.events { state.evolve(event) }
      }
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(try restored(bytes) == book.state)
  }
}

extension RequestDecided {
  fileprivate init(user: UserOrdinal) {
    self.init(operation: OperationOrdinal(0), reason: .allowed)
    self.user = user
  }
}
