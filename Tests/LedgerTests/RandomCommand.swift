import Ledger

/// Commands that name only what exists, and otherwise anything.
enum RandomCommand {
  static func some(_ count: Int, for book: Book, _ random: inout SeededGenerator) -> [Command] {
    (0..<count).map { _ in any(for: book.state, &random) }
  }

  static func any(for state: LedgerState, _ random: inout SeededGenerator) -> Command {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let names = [
      "", "k1", "k2", "k3", "AKIA1", "a\nb", "read", "write", String(repeating: "x", count: 5_000),
    ]
    let moments: [Timestamp?] = [nil, .distantPast, time(), time(1_000), .distantFuture]
    let limits: [RateLimit?] = [
      nil, RateLimit(), RateLimit(capacity: .max, refill: .max, interval: .max),
      RateLimit(capacity: .max, refill: 1, interval: 1),
      RateLimit(capacity: 1, refill: 1, interval: -1),
      RateLimit(capacity: 5, refill: 5, interval: 60),
    ]
    let ranges = ["10.0.0.0/8", "::/0", "", "10.0.0.0/33", "::ffff:0:0/96"]
    let name = pick(names)
    if random.chance(1, in: 2) { return access(for: state, &random) }
    if !state.keys.isEmpty, random.chance(2, in: 3) {
      let key = KeyOrdinal(Int.random(in: state.keys.indices, using: &random))
      switch Int.random(in: 0..<10, using: &random) {
      case 0: return .renameKey(key, name: pick([nil, name]))
      case 1, 2: return .setKey(key, enabled: pick([true, false]))
      case 3: return .setExpiry(key, pick(moments))
      case 4: return .setRateLimit(key, pick(limits))
      case 5: return .setScopes(key, pick([[], ["read"], ["write", "read"], [name]]))
      case 6: return .setAddresses(key, pick([[], [pick(ranges)], [pick(ranges), pick(ranges)]]))
      case 7: return .setMetadata(key, pick([[], [MetadataEntry(name: name, value: name)]]))
      case 8:
        return .rotateKey(
          key, id: "r\(random.next() % 8)", secret: secret("\(random.next() % 16)"),
          grace: pick([0, 60, -1, .max, .min]))
      default:
        return random.chance(1, in: 4) ? .revokeKey(key) : .setKey(key, enabled: true)
      }
    }
    let calls: [NewKey.Idempotency?] = [
      nil, .init(tag: tag("call"), requestHash: tag("one")),
      .init(tag: tag("call"), requestHash: tag("other")),
    ]
    let call = pick(calls)
    let organization = OrganizationOrdinal(
      Int.random(in: state.organizations.indices, using: &random))
    let user = UserOrdinal(Int.random(in: state.users.indices, using: &random))
    switch Int.random(in: 0..<7, using: &random) {
    case 0: return .registerOrganization(id: name)
    case 1: return .setOrganization(organization, enabled: pick([true, false]))
    case 2:
      let tag = tag("user \(random.next() % 6)")
      return .registerUser(
        pick([.known(user), .new(tag: tag, sealed: sealed("u"))]), organization: organization)
    case 3: return .setUser(user, enabled: pick([true, false]))
    case 4:
      return .createToken(
        name: name, role: pick(TokenRole.allCases), secret: secret("t\(random.next() % 9)"),
        expires: pick(moments))
    default:
      return .createKey(
        newKey(
          "n\(random.next() % 20)",
          owner: pick([nil, Membership(organization: organization, user: user)]),
          profile: pick([nil, ProfileOrdinal(0), ProfileOrdinal(1), ProfileOrdinal(UInt32.max)]),
          name: pick([nil, name]), expires: pick(moments), scopes: pick([[], ["read"], [name]]),
          addresses: pick([[], [pick(ranges)]]), limit: pick(limits), idempotency: call))
    }
  }
}
