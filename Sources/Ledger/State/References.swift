/// A thing a record speaks of.
package enum Reference: Hashable, Sendable {
  case organization(OrganizationOrdinal)
  case user(UserOrdinal)
  case operation(OperationOrdinal)
  case key(KeyOrdinal)
}

extension Event {
  /// Everything whose row may change by this record. `state` is folded at least as far as the
  /// record; the ordinal of what the record introduces is found by its name.
  package func references(in state: LedgerState) -> [Reference] {
    var found: [Reference] = []
    func add(_ membership: Membership?) {
      guard let membership else { return }
      found.append(.organization(membership.organization))
      found.append(.user(membership.user))
    }
    func add(key id: String?) {
      if let key = id.flatMap({ state.index.keys[$0] }) { found.append(.key(key)) }
    }
    switch body {
    case .requestDecided(let body):
      let subject = state.subject(of: body)
      if let organization = subject?.organization { found.append(.organization(organization)) }
      if let user = subject?.user { found.append(.user(user)) }
      if let key = body.key { found.append(.key(key)) }
    case .organizationRegistered(let body):
      if let at = state.index.organizations[body.id ?? ""] { found.append(.organization(at)) }
    case .organizationDisabled(let body): found.append(.organization(body.organization))
    case .organizationEnabled(let body): found.append(.organization(body.organization))
    case .userRegistered(let body):
      found.append(.organization(body.organization))
      if let user = body.tag.flatMap({ state.index.users[$0] }) { found.append(.user(user)) }
    case .userDisabled(let body): found.append(.user(body.user))
    case .userEnabled(let body): found.append(.user(body.user))
    case .operationDefined(let body):
      if let at = state.index.operations[body.name ?? ""] { found.append(.operation(at)) }
    case .keyCreated(let body):
      add(body.owner)
      if let key = body.key { found.append(.key(key)) } else { add(key: body.id) }
    case .keyObserved(let body):
      add(body.owner)
      add(key: body.id)
    case .keyRotated(let body):
      found.append(.key(body.key))
      add(key: body.id)
    case .keyEnabled(let body): add(body.owner)
    case .keyDisabled(let body): add(body.owner)
    case .keyRevoked(let body): add(body.owner)
    case .subjectErased(let body): if let user = body.user { found.append(.user(user)) }
    case .taskReported(let body): found.append(.user(body.user))
    case .abuseBlocked(let body): found.append(.user(body.user))
    case .abuseReleased(let body): found.append(.user(body.user))
    case .creditsGranted(let body): found.append(.user(body.user))
    case .creditsRefunded(let body): found.append(.user(body.user))
    default: break
    }
    if let key = body.changedKey { found.append(.key(key)) }
    return found
  }
}

extension EventBody {
  /// The key whose life the event is part of, where the record names it by ordinal.
  package var changedKey: KeyOrdinal? {
    switch self {
    case .keyCreated(let body): body.key
    case .keyRenamed(let body): body.key
    case .keyEnabled(let body): body.key
    case .keyDisabled(let body): body.key
    case .keyExpirySet(let body): body.key
    case .keyRateLimitSet(let body): body.key
    case .keyScopesSet(let body): body.key
    case .keyAddressesSet(let body): body.key
    case .keyMetadataSet(let body): body.key
    case .keyRotated(let body): body.key
    case .keyRevoked(let body): body.key
    default: nil
    }
  }
}
