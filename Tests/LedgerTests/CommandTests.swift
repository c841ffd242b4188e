import Ledger
import Testing

@Suite("Organizations, users, tokens and the log itself")
struct CommandTests {
  var book = Book.withKey()

  @Test("An organization is registered once")
  mutating func organizations() throws {
    #expect(
      book.run(.registerOrganization(id: "acme")) == .failure(.exists(.organization, "acme")))
    let events = try book.run(.registerOrganization(id: "initech")).get()
    #expect(events.map(\.body.type) == [.organizationRegistered])
    #expect(book.state.index.organizations["initech"] == OrganizationOrdinal(2))
  }

  @Test("A user is registered once, whatever organization is named")
  mutating func users() throws {
    let size = book.events.count
    let known = book.state.index.users[tag("ana")]!
    #expect(!book.run(.registerUser(.known(known), organization: OrganizationOrdinal(0))).isSuccess)
    let again = UserReference.new(tag: tag("ana"), sealed: sealed("ana"))
    #expect(!book.run(.registerUser(again, organization: OrganizationOrdinal(0))).isSuccess)
    #expect(!book.run(.registerUser(again, organization: OrganizationOrdinal(1))).isSuccess)
    #expect(book.events.count == size)
  }

  @Test("Organizations and users are disabled and enabled again")
  mutating func switches() {
    book.run(.setOrganization(OrganizationOrdinal(0), enabled: false))
    book.run(.setUser(UserOrdinal(1), enabled: false))
    #expect(book.state.organizations.map(\.isEnabled) == [false, true])
    #expect(book.state.users.map(\.isEnabled) == [true, false])
    book.run(.setOrganization(OrganizationOrdinal(0), enabled: true))
    book.run(.setUser(UserOrdinal(1), enabled: true))
    #expect(book.state.organizations.map(\.isEnabled) == [true, true])
    #expect(book.state.users.map(\.isEnabled) == [true, true])
  }

  @Test("A token's name is free again only when the token is revoked")
  mutating func tokens() throws {
    let create = Command.createToken(
      name: "ci", role: .gateway, secret: secret("t1"), expires: time(9_000))
    #expect(book.run(create).isSuccess)
    #expect(book.run(create) == .failure(.exists(.token, "ci")))
    book.add(.tokenRevoked(TokenRevoked(token: TokenOrdinal(0))), at: time(100))
    #expect(book.state.tokens[0].revoked == time(100))
    let other = Command.createToken(
      name: "ci", role: .gateway, secret: secret("t2"), expires: nil)
    #expect(book.run(other, at: time(200)).isSuccess)
    #expect(book.state.index.tokens[secretHash("t2")] == TokenOrdinal(1))
    #expect(book.state.tokens.map(\.created) == [time(6), time(200)])
  }

  @Test("A token cannot expire in the past")
  mutating func expiredToken() {
    for expires in [time(49), time(50)] {
      let create = Command.createToken(
        name: "ci", role: .admin, secret: secret("t1"), expires: expires)
      #expect(!book.run(create, at: time(50)).isSuccess)
    }
  }

  @Test("Every event carries the time of the decision and who decided")
  mutating func actors() throws {
    let actor = Actor(operatorID: 1_000)
    let events = try book.run(
      .setScopes(book.key("k1"), ["read", "write"]), at: time(700), by: actor
    ).get()
    #expect(events.count == 3)
    for event in events {
      #expect(event.recorded == time(700))
      #expect(event.actor == actor)
      #expect(event.origin == nil)
    }
  }

  @Test("Starting, stopping and the end of an import are recorded as told")
  mutating func log() throws {
    let completed = ImportCompleted(
      source: .cloudtrail, files: 3, events: 5, added: 4, filesSkipped: 1)
    #expect(
      try book.run(.start(version: "1.2")).get().map(\.body) == [
        .logStarted(LogStarted(version: "1.2"))
      ])
    #expect(
      try book.run(.completeImport(completed, source: .cloudtrail)).get().map(\.body)
        == [.importCompleted(completed)])
    #expect(try book.run(.stop).get().map(\.body) == [.logStopped(LogStopped())])
  }
}
