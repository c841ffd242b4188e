import Ledger

/// Imported requests by the names of the source, made into commands for a book that may or may not
/// know those names yet.
struct History: Sendable {
  var id: String
  var happened: Timestamp
  var organization = "111122223333"
  var user: String
  var key: String?
  var operation = "s3.amazonaws.com:ListBuckets"
  var client: String?
  var reason = Reason.allowed
  var change: Change?

  enum Change: Sendable {
    case created(String, owner: String, kind: KeyKind, expires: Timestamp?)
    case enabled(String, owner: String)
    case disabled(String, owner: String)
    case revoked(String, owner: String)
  }

  func command(in book: Book) -> Command { .importRequest(request(in: book)) }

  func request(in book: Book) -> ImportedRequest {
    let change: ImportedRequest.Change? =
      switch self.change {
      case .created(let key, let owner, let kind, let expires):
        .created(key: key, owner: book.user(owner), kind: kind, expires: expires)
      case .enabled(let key, let owner): .enabled(key: key, owner: book.user(owner))
      case .disabled(let key, let owner): .disabled(key: key, owner: book.user(owner))
      case .revoked(let key, let owner): .revoked(key: key, owner: book.user(owner))
      case nil: nil
      }
    return ImportedRequest(
      origin: Origin(happened: happened, source: .cloudtrail, id: id, fingerprint: 1),
      organization: organization, user: book.user(user), key: key, operation: operation,
      client: client.map { book.client($0) }, reason: reason, errorCode: nil, type: .apiCall,
      change: change)
  }

  static func request(
    _ id: String, at happened: Timestamp, by user: String, key: String?, in book: Book
  ) -> ImportedRequest {
    History(id: id, happened: happened, user: user, key: key).request(in: book)
  }
}

/// Everything that can be seen of a state, by the names of the outside. Things that have not
/// happened yet are not there.
struct LedgerView: Equatable {
  struct KeyView: Equatable {
    var owner: String?
    var kind: KeyKind
    var createdAt: Timestamp?
    var createdBy: String?
    var name: String?
    var isEnabled: Bool
    var expires: Timestamp?
    var isEstimated: Bool
    var revokedAt: Timestamp?
    var scopes: [String]
    var lineage: String?
    var rotatedTo: String?
    var states: [KeyStatus]
    var activity: Activity
  }

  struct UserView: Equatable {
    var organization: String?
    var isEnabled: Bool
    var activity: Activity
  }

  struct OrganizationView: Equatable {
    var isEnabled: Bool
    var activity: Activity
  }

  var keys: [String: KeyView] = [:]
  var users: [[UInt8]: UserView] = [:]
  var organizations: [String: OrganizationView] = [:]

  init(_ state: LedgerState, at moments: [Timestamp]) {
    for (at, organization) in state.organizations.enumerated()
    where state.organizationActivity[at].since != nil {
      organizations[organization.id ?? ""] = OrganizationView(
        isEnabled: organization.isEnabled, activity: state.organizationActivity[at])
    }
    for (at, user) in state.users.enumerated() where state.userActivity[at].since != nil {
      users[user.tag?.bytes ?? []] = UserView(
        organization: user.organization.map { state.organizations[$0.index].id ?? "" },
        isEnabled: user.isEnabled, activity: state.userActivity[at])
    }
    for at in state.keys.indices where state.keyActivity[at].since != nil {
      let key = KeyOrdinal(at)
      keys[state.keys[at].id ?? ""] = Self.view(key, in: state, at: moments)
    }
  }

  /// What is told differently, one line each: short where two large views are unequal.
  func differences(from other: LedgerView) -> [String] {
    let (mine, theirs) = (facts, other.facts)
    return Set(mine.keys).union(theirs.keys).sorted().filter { mine[$0] != theirs[$0] }
      .map { "\($0): \(mine[$0] ?? "absent"), not \(theirs[$0] ?? "absent")" }
  }

  private var facts: [String: String] {
    var facts: [String: String] = [:]
    func add(_ name: String, _ view: Any) {
      for field in Mirror(reflecting: view).children {
        facts["\(name) \(field.label ?? "")"] = "\(field.value)"
      }
    }
    for (id, view) in keys { add("key \(id)", view) }
    for (tag, view) in users { add("user \(tag)", view) }
    for (id, view) in organizations { add("organization \(id)", view) }
    return facts
  }

  private static func view(
    _ ordinal: KeyOrdinal, in state: LedgerState, at moments: [Timestamp]
  ) -> KeyView {
    let key = state.keys[ordinal.index]
    func user(_ ordinal: UserOrdinal) -> String { "\(state.users[ordinal.index].tag?.bytes ?? [])" }
    let owner = key.owner.map {
      "\(state.organizations[$0.organization.index].id ?? "") \(user($0.user))"
    }
    let expiry = state.expiry(of: ordinal)
    return KeyView(
      owner: owner, kind: key.kind, createdAt: key.created?.happened,
      createdBy: key.created?.value?.actor?.user.map(user), name: key.name?.value?.value,
      isEnabled: key.isEnabled, expires: expiry?.time, isEstimated: expiry?.isEstimated ?? false,
      revokedAt: key.revoked?.happened,
      scopes: (key.scopes?.value?.operations ?? []).map { state.operations[$0.index] },
      lineage: key.lineage.map { state.keys[$0.index].id ?? "" },
      rotatedTo: key.rotatedTo.map { state.keys[$0.index].id ?? "" },
      states: moments.map { state.status(of: ordinal, at: $0) },
      activity: state.keyActivity[ordinal.index])
  }
}
