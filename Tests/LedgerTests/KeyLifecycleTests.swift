import Ledger
import Testing

@Suite("The life of a key")
struct KeyLifecycleTests {
  var book = Book.withKey()

  private func refused(_ result: Result<[Event], Refusal>) -> Refusal? {
    if case .failure(let refusal) = result { return refusal }
    return nil
  }

  private func isInvalid(_ result: Result<[Event], Refusal>) -> Bool {
    if case .failure(.invalid) = result { return true }
    return false
  }

  private func types(_ result: Result<[Event], Refusal>) -> [EventType]? {
    try? result.get().map(\.body.type)
  }

  @Test("A new key is active, and is what its creation says")
  mutating func creation() throws {
    let limit = RateLimit(capacity: 5, refill: 5, interval: 60_000_000)
    let actor = Actor(user: UserOrdinal(0), key: book.key("k1"))
    let result = book.run(
      .createKey(
        newKey(
          "k2", name: "nightly", expires: time(1_000), scopes: ["read", "write"],
          addresses: ["192.0.2.0/24"], limit: limit)), at: time(100), by: actor)
    #expect(
      types(result)
        == [.operationDefined, .operationDefined, .keyCreated, .keyRateLimitSet])
    let key = book.state.keys[book.key("k2").index]
    #expect(key.created?.happened == time(100))
    #expect(key.created?.value?.actor == actor)
    #expect(key.owner == Membership(organization: OrganizationOrdinal(0), user: UserOrdinal(0)))
    #expect(key.name?.value?.value == "nightly")
    #expect(key.kind == .permanent)
    #expect(key.environment == .live)
    #expect(
      key.scopes?.value?.operations.map { book.state.operations[$0.index] } == ["read", "write"])
    #expect(key.addresses?.value?.ranges == ["192.0.2.0/24"])
    #expect(key.limit?.value?.limit == limit)
    #expect(key.lineage == book.key("k2"))
    #expect(book.state.index.keyHashes[secretHash("secret of k2")] == book.key("k2"))
    #expect(book.status("k2", at: time(999)) == .active)
    #expect(book.status("k2", at: time(1_000)) == .expired)
  }

  @Test("A key is not created twice, nor for somebody of another organization, nor in the past")
  mutating func badCreation() {
    let size = book.events.count
    #expect(refused(book.run(.createKey(newKey("k1")))) == .exists(.key, "k1"))
    #expect(isInvalid(book.run(.createKey(newKey("k2", organization: 1, user: 0)))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", organization: 0, user: 1)))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", expires: time(50))), at: time(50))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", expires: time(49))), at: time(50))))
    #expect(book.events.count == size)
    #expect(book.run(.createKey(newKey("k2", expires: time(51))), at: time(50)).isSuccess)
  }

  @Test(
    "Names that are empty, endless or hold a control character are refused",
    arguments: [
      "", String(repeating: "x", count: 4_097), "a\nb", "a\u{0}", "\u{7f}", "\u{1b}[2J", "\t",
    ])
  mutating func badNames(name: String) {
    #expect(isInvalid(book.run(.createKey(newKey("k2", name: name)))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", scopes: [name])))))
    #expect(isInvalid(book.run(.renameKey(book.key("k1"), name: name))))
    #expect(isInvalid(book.run(.setScopes(book.key("k1"), ["read", name]))))
    #expect(isInvalid(book.run(.registerOrganization(id: name))))
    #expect(
      isInvalid(book.run(.createToken(name: name, role: .admin, secret: secret("t"), expires: nil)))
    )
    #expect(
      isInvalid(book.run(.setMetadata(book.key("k1"), [MetadataEntry(name: name, value: "v")]))))
    #expect(book.state.operations == [])
  }

  @Test(
    "A key's own id is checked as a name is",
    arguments: ["", "a\nb", String(repeating: "x", count: 4_097)])
  mutating func badIDs(id: String) {
    #expect(isInvalid(book.run(.createKey(newKey(id)))))
    #expect(isInvalid(book.run(.rotateKey(book.key("k1"), id: id, secret: secret("2"), grace: 0))))
  }

  @Test("Lists have a longest length")
  mutating func longLists() {
    let key = book.key("k1")
    let scopes = (0...256).map { "operation-\($0)" }
    let addresses = (0...256).map { "10.0.\($0 / 256).\($0 % 256)" }
    #expect(isInvalid(book.run(.setScopes(key, scopes))))
    #expect(isInvalid(book.run(.setAddresses(key, addresses))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", scopes: scopes)))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", addresses: addresses)))))
    #expect(book.run(.setScopes(key, Array(scopes.dropLast()))).isSuccess)
    #expect(book.run(.setAddresses(key, Array(addresses.dropLast()))).isSuccess)
  }

  @Test("Metadata has a largest size, names of its own, and is kept in the order of names")
  mutating func metadata() {
    let key = book.key("k1")
    let long = MetadataEntry(name: "n", value: String(repeating: "x", count: 16_384))
    #expect(isInvalid(book.run(.setMetadata(key, [long]))))
    let many = (0...256).map { MetadataEntry(name: "n\($0)", value: "") }
    #expect(isInvalid(book.run(.setMetadata(key, many))))
    let twice = [MetadataEntry(name: "a", value: "1"), MetadataEntry(name: "a", value: "2")]
    #expect(isInvalid(book.run(.setMetadata(key, twice))))
    let entries = [MetadataEntry(name: "b", value: "2"), MetadataEntry(name: "a", value: "1")]
    #expect(types(book.run(.setMetadata(key, entries))) == [.keyMetadataSet])
    #expect(book.state.keys[key.index].metadata?.value?.entries.map(\.name) == ["a", "b"])
    #expect(types(book.run(.setMetadata(key, entries.reversed()))) == [])
  }

  @Test("Every record that a command makes fits in a tile")
  mutating func recordsFit() throws {
    let key = book.key("k1")
    let name = String(repeating: "é", count: 2_048)
    let ranges = (0..<256).map {
      "aaaa:bbbb:cccc:dddd:eeee:ffff:1.2.3.\($0)/128"
    }
    book.run(
      .createKey(
        newKey("k2", name: name, scopes: (0..<256).map { "o\($0)" }, addresses: ranges)))
    book.run(.setAddresses(key, ranges))
    book.run(
      .setMetadata(
        key,
        (0..<256).map { MetadataEntry(name: "\($0)", value: String(repeating: "x", count: 60)) }))
    book.run(.setScopes(key, [name]))
    book.run(.registerOrganization(id: name))
    #expect(book.events.count == 5 + 256 + 1 + 1 + 1 + 2 + 1)
    for event in book.events { #expect(try encoded(event).count < Event.recordLimit / 2) }
  }

  @Test(
    "What is not an address range is refused",
    arguments: ["10.0.0.0/33", "10.0.0", "example.com", "", "10.0.0.0/8 "])
  mutating func badAddresses(range: String) {
    #expect(isInvalid(book.run(.setAddresses(book.key("k1"), ["10.0.0.0/8", range]))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", addresses: [range])))))
  }

  @Test(
    "A limit without requests or without time is refused",
    arguments: [
      RateLimit(capacity: 0, refill: 1, interval: 1),
      RateLimit(capacity: 1, refill: 0, interval: 1),
      RateLimit(capacity: 1, refill: 1, interval: 0),
      RateLimit(capacity: 1, refill: 1, interval: -1),
    ])
  mutating func badLimits(limit: RateLimit) {
    #expect(isInvalid(book.run(.setRateLimit(book.key("k1"), limit))))
    #expect(isInvalid(book.run(.createKey(newKey("k2", limit: limit)))))
  }

  @Test("Disabled and enabled again; expiry and limits set and taken away")
  mutating func changes() {
    let key = book.key("k1")
    let limit = RateLimit(capacity: 5, refill: 5, interval: 60_000_000)
    #expect(types(book.run(.setKey(key, enabled: false))) == [.keyDisabled])
    #expect(book.status("k1") == .disabled)
    #expect(types(book.run(.renameKey(key, name: "billing"))) == [.keyRenamed])
    #expect(types(book.run(.setKey(key, enabled: true))) == [.keyEnabled])
    #expect(book.status("k1") == .active)
    #expect(types(book.run(.setExpiry(key, time(10_000)))) == [.keyExpirySet])
    #expect(book.status("k1", at: time(10_000)) == .expired)
    #expect(types(book.run(.setExpiry(key, nil))) == [.keyExpirySet])
    #expect(book.status("k1", at: time(10_000)) == .active)
    #expect(types(book.run(.setRateLimit(key, limit))) == [.keyRateLimitSet])
    #expect(book.state.keys[key.index].limit?.value?.limit == limit)
    #expect(types(book.run(.setRateLimit(key, nil))) == [.keyRateLimitSet])
    #expect(types(book.run(.setScopes(key, ["read"]))) == [.operationDefined, .keyScopesSet])
    #expect(types(book.run(.setScopes(key, []))) == [.keyScopesSet])
    #expect(types(book.run(.setAddresses(key, ["::/0"]))) == [.keyAddressesSet])
    #expect(types(book.run(.setAddresses(key, []))) == [.keyAddressesSet])
    #expect(types(book.run(.renameKey(key, name: nil))) == [.keyRenamed])
    #expect(book.state.keys[key.index].name?.value?.value == nil)
  }

  @Test("A command that changes nothing records nothing")
  mutating func repetition() {
    let key = book.key("k1")
    let changes: [Command] = [
      .renameKey(key, name: "billing"), .setKey(key, enabled: false), .setExpiry(key, time(9_000)),
      .setExpiry(key, nil), .setRateLimit(key, RateLimit(capacity: 1, refill: 1, interval: 1)),
      .setRateLimit(key, nil), .setScopes(key, ["read", "write"]), .setScopes(key, []),
      .setAddresses(key, ["10.0.0.0/8"]), .setAddresses(key, []),
      .setMetadata(key, [MetadataEntry(name: "a", value: "1")]), .setMetadata(key, []),
      .setKey(key, enabled: true), .renameKey(key, name: nil),
      .setOrganization(OrganizationOrdinal(0), enabled: false),
      .setUser(UserOrdinal(0), enabled: false),
      .setOrganization(OrganizationOrdinal(0), enabled: true),
      .setUser(UserOrdinal(0), enabled: true), .revokeKey(key),
    ]
    for change in changes {
      #expect(types(book.run(change))?.isEmpty == false, "\(change)")
      #expect(types(book.run(change)) == [], "\(change)")
    }
  }

  @Test("Of two changes in the same microsecond the later record counts")
  mutating func sameMicrosecond() {
    let key = book.key("k1")
    book.run(.setKey(key, enabled: false), at: time(100))
    book.run(.renameKey(key, name: "one"), at: time(100))
    book.run(.setKey(key, enabled: true), at: time(100))
    book.run(.renameKey(key, name: "two"), at: time(100))
    #expect(book.status("k1") == .active)
    #expect(book.state.keys[key.index].name?.value?.value == "two")
  }

  @Test("A new key has nothing to take away: emptying what is empty records nothing")
  mutating func emptyToEmpty() {
    let key = book.key("k1")
    let nothing: [Command] = [
      .setKey(key, enabled: true), .setExpiry(key, nil), .setRateLimit(key, nil),
      .setScopes(key, []),
      .setAddresses(key, []), .setMetadata(key, []), .renameKey(key, name: "reporting"),
    ]
    for command in nothing { #expect(types(book.run(command)) == [], "\(command)") }
  }

  @Test("Revocation is final: a revoked key refuses every change")
  mutating func revoked() {
    let key = book.key("k1")
    #expect(types(book.run(.revokeKey(key), at: time(500))) == [.keyRevoked])
    let changes: [Command] = [
      .renameKey(key, name: "x"), .setKey(key, enabled: true), .setKey(key, enabled: false),
      .setExpiry(key, time(9_000)), .setExpiry(key, nil),
      .setRateLimit(key, RateLimit(capacity: 1, refill: 1, interval: 1)), .setRateLimit(key, nil),
      .setScopes(key, ["read"]), .setAddresses(key, ["::/0"]),
      .setMetadata(key, [MetadataEntry(name: "a", value: "1")]),
      .rotateKey(key, id: "k2", secret: secret("2"), grace: 60),
    ]
    for change in changes {
      #expect(refused(book.run(change)) == .revoked(key: "k1"), "\(change)")
    }
    #expect(types(book.run(.revokeKey(key))) == [])
    #expect(book.status("k1") == .revoked)
    #expect(book.state.keys[key.index].revoked?.happened == time(500))
    #expect(refused(book.run(.createKey(newKey("k1")))) == .exists(.key, "k1"))
  }

  @Test("A disabled and an expired key can be revoked, and then are revoked")
  mutating func statusOrder() {
    let key = book.key("k1")
    book.run(.setKey(key, enabled: false))
    book.run(.setExpiry(key, time(1_000)))
    #expect(book.status("k1", at: time(999)) == .disabled)
    #expect(book.status("k1", at: time(1_000)) == .expired)
    book.run(.revokeKey(key), at: time(2_000))
    #expect(book.status("k1", at: time(2_000)) == .revoked)
  }
}

extension Result {
  var isSuccess: Bool { (try? get()) != nil }
}
