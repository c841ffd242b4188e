import Foundation
import Ledger

/// The folder that holds `schemas/`.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// 2025-03-04T12:00:00Z and so many seconds.
func time(_ seconds: Int64 = 0) -> Timestamp { Timestamp(seconds: 1_741_089_600 + seconds) }

/// Bytes that depend on the name alone.
private func digest(_ name: String, count: Int) -> [UInt8] {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  var generator = SeededGenerator(seed: hash)
  return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
}

func tag(_ name: String) -> Tag { Tag(digest(name, count: Tag.byteCount))! }

func secretHash(_ name: String) -> SecretHash {
  SecretHash(digest(name, count: SecretHash.byteCount))!
}

func secret(_ name: String) -> SecretFacts {
  SecretFacts(hash: secretHash(name), pepper: 1, hint: "kl_live_…\(name.suffix(4))")
}

func sealed(_ name: String) -> SealedText { SealedText(keyID: [1], box: Array(name.utf8)) }

func encoded(_ event: Event) throws(WireError) -> [UInt8] {
  var bytes: [UInt8] = []
  try event.encode(to: &bytes)
  return bytes
}

func decoded(_ bytes: [UInt8]) throws -> Event {
  try bytes.withUnsafeBytes { try Event(decoding: $0) }
}

/// The state read back from its encoding.
func restored(_ state: LedgerState) throws -> LedgerState {
  try restored(try state.encode())
}

func restored(_ bytes: [UInt8]) throws -> LedgerState {
  try bytes.withUnsafeBytes { try LedgerState(decoding: $0) }
}

/// A log in memory: what is decided is folded at once.
struct Book {
  private(set) var state = LedgerState()
  private(set) var events: [Event] = []
  private(set) var clock = time()

  /// Decides one command, a second after the one before unless a time is given.
  @discardableResult
  mutating func run(
    _ command: Command, at moment: Timestamp? = nil, by actor: Actor? = nil
  ) -> Result<[Event], Refusal> {
    clock = moment ?? clock.adding(seconds: 1)
    let result = state.decide(command, by: actor, at: clock)
    for event in (try? result.get()) ?? [] { add(event) }
    return result
  }

  mutating func add(_ event: Event) {
    events.append(event)
    state.evolve(event)
  }

  mutating func add(_ body: EventBody, at moment: Timestamp? = nil) {
    add(Event(recorded: moment ?? clock, body: body))
  }

  func user(_ name: String) -> UserReference {
    if let known = state.index.users[tag(name)] { return .known(known) }
    return .new(tag: tag(name), sealed: sealed(name))
  }

  func client(_ name: String) -> ClientReference {
    if let known = state.index.clients[tag(name)] { return .known(known) }
    return .new(tag: tag(name), sealed: sealed(name))
  }

  /// An ordinal that no key has, where there is none of this id.
  func key(_ id: String) -> KeyOrdinal { state.index.keys[id] ?? KeyOrdinal(UInt32.max) }

  func status(_ id: String, at moment: Timestamp? = nil) -> KeyStatus? {
    state.index.keys[id].map { state.status(of: $0, at: moment ?? clock) }
  }

  /// `acme` with the user `ana`, `globex` with `bob`, and the key `k1` of `ana`.
  static func withKey() -> Book {
    var book = Book()
    book.run(.registerOrganization(id: "acme"))
    book.run(.registerOrganization(id: "globex"))
    book.run(.registerUser(book.user("ana"), organization: OrganizationOrdinal(0)))
    book.run(.registerUser(book.user("bob"), organization: OrganizationOrdinal(1)))
    book.run(.createKey(newKey("k1")))
    return book
  }
}

func newKey(
  _ id: String, organization: Int = 0, user: Int = 0, profile: ProfileOrdinal? = nil,
  name: String? = "reporting", expires: Timestamp? = nil, scopes: [String] = [],
  addresses: [String] = [], limit: RateLimit? = nil, idempotency: NewKey.Idempotency? = nil
) -> NewKey {
  let owner = Membership(
    organization: OrganizationOrdinal(organization), user: UserOrdinal(user))
  return newKey(
    id, owner: owner, profile: profile, name: name, expires: expires, scopes: scopes,
    addresses: addresses, limit: limit, idempotency: idempotency)
}

func newKey(
  _ id: String, owner: Membership?, profile: ProfileOrdinal? = nil, name: String? = "reporting",
  expires: Timestamp? = nil, scopes: [String] = [], addresses: [String] = [],
  limit: RateLimit? = nil, idempotency: NewKey.Idempotency? = nil
) -> NewKey {
  NewKey(
    id: id, owner: owner, profile: profile, name: name, environment: .live,
    secret: secret("secret of \(id)"), expires: expires, scopes: scopes, addresses: addresses,
    limit: limit, idempotency: idempotency)
}

extension Membership {
  /// `ana` of `acme` in `Book.withKey`.
  static let ana = Membership(organization: OrganizationOrdinal(0), user: UserOrdinal(0))
  /// `bob` of `globex`.
  static let bob = Membership(organization: OrganizationOrdinal(1), user: UserOrdinal(1))
}
