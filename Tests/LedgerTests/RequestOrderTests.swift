import Ledger
import Testing

@Suite("The order in which a request is checked")
struct RequestOrderTests {
  /// What can be wrong with a request whose key is known, in the order of the checks.
  enum Fault: CaseIterable, Sendable {
    case revoked, disabled, expired, missingMetadata, ownerDisabled, wrongProfile, wrongTenant
    case address, permission, abuse, rate, credits

    var reason: Reason {
      switch self {
      case .revoked: .revoked
      case .disabled, .ownerDisabled: .disabled
      case .expired: .expired
      case .missingMetadata: .missingMetadata
      case .wrongProfile: .wrongProfile
      case .wrongTenant: .wrongTenant
      case .address: .addressNotAllowed
      case .permission: .missingPermission
      case .abuse: .abuseBlocked
      case .rate: .rateLimited
      case .credits: .insufficientCredits
      }
    }
  }

  /// A book in which a request with the key `k` at 50 s has these faults and no others.
  private static func book(_ faults: Set<Fault>) throws -> Book {
    var book = Book()
    let acme = OrganizationOrdinal(0)
    book.run(.registerOrganization(id: "acme"), at: time())
    book.run(.registerUser(book.user("ana"), organization: acme), at: time())
    book.run(.setProfile(name: "zazmic", document: "zazmic", .zazmic), at: time())
    book.run(.setProfile(name: "azen", document: "azen", .azen), at: time())
    book.run(
      .createKey(
        newKey(
          "k", owner: faults.contains(.missingMetadata) ? nil : .ana,
          profile: faults.contains(.wrongProfile) ? .azen : .zazmic)), at: time())
    let key = book.key("k")
    book.run(.grantCredits(UserOrdinal(0), 10), at: time())
    // The window is used up by session, so that a key without an owner has this fault, too.
    if faults.contains(.rate) {
      #expect(try book.passed(10, .of(session: "ana"), at: time(1)) == 10)
    } else if faults.contains(.credits) {
      #expect(try book.passed(10, .of(session: "ana"), at: time(-60)) == 10)
    }
    if !faults.contains(.credits) { book.run(.grantCredits(UserOrdinal(0), 10), at: time(1)) }
    if faults.contains(.abuse) {
      for task in 0..<10 { book.report("\(task)", at: time(2)) }
    }
    if faults.contains(.permission) { book.run(.setScopes(key, ["tasks.list"]), at: time(3)) }
    if faults.contains(.address) { book.run(.setAddresses(key, ["10.0.0.0/8"]), at: time(3)) }
    if faults.contains(.expired) { book.run(.setExpiry(key, time(50)), at: time(3)) }
    if faults.contains(.ownerDisabled) {
      book.run(.setUser(UserOrdinal(0), enabled: false), at: time(3))
    }
    if faults.contains(.disabled) { book.run(.setKey(key, enabled: false), at: time(3)) }
    if faults.contains(.revoked) { book.run(.revokeKey(key), at: time(3)) }
    return book
  }

  private static func request(_ faults: Set<Fault>) -> RequestFacts {
    var facts = RequestFacts.of(key: "k")
    facts.tenant = faults.contains(.wrongTenant) ? "globex" : "acme"
    facts.address = faults.contains(.address) ? "192.0.2.1" : "10.0.0.1"
    return facts
  }

  private static func reason(_ faults: Set<Fault>) throws -> Reason {
    var book = try book(faults)
    let (credits, limiters) = (book.credits(), book.state.limiters)
    let request = try book.ask(request(faults), at: time(50))
    if !faults.isEmpty {
      #expect(request.charged == 0)
      #expect(book.credits() == credits && book.state.limiters == limiters)
    }
    return request.reason
  }

  @Test("Without a fault a request is allowed, and charged")
  func none() throws { #expect(try Self.reason([]) == .allowed) }

  @Test("Each fault alone has its reason", arguments: Fault.allCases)
  func single(fault: Fault) throws { #expect(try Self.reason([fault]) == fault.reason) }

  @Test("Of two faults the first one of the order is told", arguments: Fault.allCases)
  func pairs(first: Fault) throws {
    let order = Fault.allCases
    for second in order[order.firstIndex(of: first)!...].dropFirst() {
      #expect(try Self.reason([first, second]) == first.reason, "before \(second)")
    }
  }

  @Test("With all faults from one on, that one is told", arguments: Fault.allCases.indices)
  func suffixes(first: Int) throws {
    #expect(try Self.reason(Set(Fault.allCases[first...])) == Fault.allCases[first].reason)
  }

  @Test("A disabled organization refuses its users and their keys; nobody's key is looked at first")
  func organization() throws {
    var book = Book.open
    book.run(.setOrganization(OrganizationOrdinal(0), enabled: false), at: time(1))
    #expect(try book.reason(.of(key: "k1"), at: time(2)) == .disabled)
    #expect(try book.reason(.of(session: "ana"), at: time(2)) == .disabled)
    #expect(try book.reason(.of(key: "b1"), at: time(2)) == .allowed)
    book.run(.setOrganization(OrganizationOrdinal(0), enabled: true), at: time(3))
    #expect(try book.reason(.of(key: "k1"), at: time(4)) == .allowed)
  }

  @Test("A key expires in the microsecond it says")
  func expiry() throws {
    var book = Book.open
    book.run(.setExpiry(book.key("k1"), time(50)), at: time(1))
    #expect(try book.reason(.of(key: "k1"), at: time(49, 999_999)) == .allowed)
    #expect(try book.reason(.of(key: "k1"), at: time(50)) == .expired)
  }

  @Test("A key is found by its hash under any pepper; without a hash it is unknown or malformed")
  func credentials() throws {
    var book = Book.open
    var facts = RequestFacts.of()
    #expect(try book.reason(facts, at: time(1)) == .noCredential)
    facts.key = .malformed
    #expect(try book.reason(facts, at: time(1)) == .malformedCredential)
    facts.key = .hashed([])
    #expect(try book.reason(facts, at: time(1)) == .unknownKey)
    facts.key = .hashed([secretHash("a"), secretHash("b")])
    #expect(try book.reason(facts, at: time(1)) == .unknownKey)
    facts.key = .hashed([secretHash("a"), secretHash("secret of k1")])
    let request = try book.ask(facts, at: time(1))
    #expect(request.reason == .allowed && request.key == book.key("k1"))
  }

  @Test("Address and tenant are judged only where the key or the request says something of them")
  func verdicts() throws {
    var book = Book.open
    var facts = RequestFacts.of(key: "k1")
    #expect(try book.ask(facts, at: time(1)).address == .notChecked)
    book.run(.setAddresses(book.key("k1"), ["10.0.0.0/8", "2001:db8::/32"]), at: time(1))
    for (address, verdict) in [
      ("10.255.255.255", .inside), ("11.0.0.0", .outside), ("2001:db8::1", .inside),
      ("::ffff:10.0.0.1", .inside), ("10.0.0.1 ", .outside), ("", .outside), (nil, .outside),
    ] as [(String?, AddressVerdict)] {
      facts.address = address
      let request = try book.ask(facts, at: time(1))
      #expect(request.address == verdict, "\(address ?? "none")")
      #expect(request.reason == (verdict == .inside ? .allowed : .addressNotAllowed))
    }
    var session = RequestFacts.of(session: "ana")
    session.address = "11.0.0.0"
    #expect(try book.reason(session, at: time(1)) == .allowed)
    #expect(try book.ask(.of(session: "ana"), at: time(1)).tenant == .unspecified)
    session.tenant = "acme"
    #expect(try book.ask(session, at: time(1)).tenant == .same)
    for other in ["globex", "ACME", "acme ", ""] {
      session.tenant = other
      #expect(try book.reason(session, at: time(1)) == .wrongTenant)
    }
  }

  @Test("A request to a profile nobody set is no request")
  func unknownProfile() {
    var book = Book.open
    let size = book.events.count
    let facts = RequestFacts.of(profile: ProfileOrdinal(2), key: "k1")
    #expect(book.run(.decideRequest(facts)) == .failure(.unknown(.profile, "2")))
    #expect(book.events.count == size)
  }
}
