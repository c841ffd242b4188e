internal import Glibc
package import Ledger
internal import Secrets

/// Tells who stands behind an ordinal. Users and clients are sealed: without the vault, or after
/// their key was destroyed, they are `user:17` and `client:203`.
package final class Names {
  private let keys: VaultKeys
  private var users: [UserOrdinal: String] = [:]
  private var clients: [ClientOrdinal: ClientIdentity] = [:]

  /// Opens the vault for reading if there is one that may be read; a copy without `secret/`, or a
  /// reader without rights on it, sees ordinals.
  init(_ directory: DataDirectory) throws(StoreError) {
    guard access(directory.secret, R_OK | X_OK) == 0 else {
      keys = VaultKeys()
      return
    }
    keys = try StoreError.secrets { () throws(SecretsError) in
      try VaultKeys(reading: try SecretsDirectory(opening: directory.secret))
    }
  }

  /// Whether people can be found by their names.
  package var areOpen: Bool { keys.userTag("") != nil }

  package func organization(_ ordinal: OrganizationOrdinal, in state: LedgerState) -> String {
    guard state.organizations.indices.contains(ordinal.index) else {
      return "organization:\(ordinal.value)"
    }
    return state.organizations[ordinal.index].id ?? ""
  }

  package func user(_ ordinal: UserOrdinal, in state: LedgerState) -> String {
    if let known = users[ordinal] { return known }
    let name = open(userAt: ordinal, in: state)?.id ?? "user:\(ordinal.value)"
    users[ordinal] = name
    return name
  }

  package func operation(_ ordinal: OperationOrdinal, in state: LedgerState) -> String {
    guard state.operations.indices.contains(ordinal.index) else {
      return "operation:\(ordinal.value)"
    }
    return state.operations[ordinal.index]
  }

  package func key(_ ordinal: KeyOrdinal, in state: LedgerState) -> String {
    guard state.keys.indices.contains(ordinal.index) else { return "key:\(ordinal.value)" }
    return state.keys[ordinal.index].id ?? ""
  }

  /// The address stands as `client:203` where it is sealed and cannot be opened.
  package func client(_ ordinal: ClientOrdinal, in state: LedgerState) -> ClientIdentity {
    if let known = clients[ordinal] { return known }
    let identity =
      open(clientAt: ordinal, in: state)
      ?? ClientIdentity(address: "client:\(ordinal.value)", userAgent: nil)
    clients[ordinal] = identity
    return identity
  }

  /// The user that `name` stands for: an external id, or `user:17`.
  package func find(user name: String, in state: LedgerState) -> UserOrdinal? {
    if let tag = keys.userTag(name).flatMap({ Tag($0) }), let found = state.index.users[tag] {
      return found
    }
    guard name.hasPrefix("user:"), let value = UInt32(name.dropFirst(5)),
      state.users.indices.contains(Int(value))
    else { return nil }
    return UserOrdinal(value)
  }

  /// The clients that `name` stands for: an address (with any user agent), or `client:203`.
  package func find(client name: String, in state: LedgerState) -> Set<ClientOrdinal> {
    var found: Set<ClientOrdinal> = []
    for index in state.clients.indices {
      let ordinal = ClientOrdinal(index)
      if "client:\(index)" == name || client(ordinal, in: state).address == name {
        found.insert(ordinal)
      }
    }
    return found
  }

  private func open(userAt ordinal: UserOrdinal, in state: LedgerState) -> Person? {
    guard state.users.indices.contains(ordinal.index) else { return nil }
    return open(state.users[ordinal.index].sealed, .user)
  }

  private func open(clientAt ordinal: ClientOrdinal, in state: LedgerState) -> ClientIdentity? {
    guard state.clients.indices.contains(ordinal.index) else { return nil }
    return open(state.clients[ordinal.index].sealed, .client)
  }

  /// A box that does not authenticate reads as one without a key: `verify` is what tells damage.
  private func open<M: Message>(_ sealed: SealedText?, _ kind: SubjectKind) -> M? {
    guard let sealed, let id = sealed.keyID.flatMap({ SealingKeyID($0) }), let box = sealed.box,
      case .success(let plain) = Result(catching: {
        try keys.open(Sealed(keyID: id, box: box), kind: kind)
      }), let plain
    else { return nil }
    return plain.withUnsafeBytes { bytes in
      switch Result(catching: { try WireDecoder.decode(M.self, from: bytes) }) {
      case .success(let message): message
      case .failure: nil
      }
    }
  }
}
