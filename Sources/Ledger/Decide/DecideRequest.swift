/// The decision on a request. The first failure wins: who asks (a session before a key), whether
/// the key lives, whether profile, tenant, address and permission fit, abuse, limits, credits.
extension LedgerState {
  /// Decides and drafts the record.
  func decideRequest(_ facts: RequestFacts, _ draft: inout Draft) -> Refusal? {
    guard profiles.indices.contains(facts.profile.index) else {
      return .unknown(.profile, "\(facts.profile.value)")
    }
    let now = draft.recorded
    let identity = facts.isPublic ? Identity(credential: .none) : identify(facts, at: now)
    var request = RequestDecided(operation: draft.operation(facts.operation), reason: .allowed)
    if !draft.events.isEmpty, let refusal = checkName(facts.operation, of: "an operation's name") {
      return refusal
    }
    request.credential = identity.credential
    request.profile = facts.profile
    request.profileVersion = profiles[facts.profile.index].version
    request.client = facts.client.map { draft.client($0) }
    request.key = identity.key
    request.session = identity.session
    let introduced = identity.key.flatMap { keys[$0.index].introduced }
    if let owner = identity.owner {
      if introduced?.organization != owner.organization {
        request.organization = owner.organization
      }
      if introduced?.user != owner.user { request.user = owner.user }
    }
    if let refusal = identity.refusal {
      request.reason = refusal
      return draft.add(.requestDecided(request))
    }
    guard !facts.isPublic else { return draft.add(.requestDecided(request)) }
    request.tenant = tenantVerdict(facts.tenant, identity)
    request.address = addressVerdict(facts.address, identity)
    let ruling = rule(request, identity, at: now)
    request.reason = ruling.reason
    request.charged = ruling.charged
    return draft.add(.requestDecided(request))
  }

  /// Steps 1 and 2: who asks, and whether that one may ask at all.
  package func identify(_ facts: RequestFacts, at now: Timestamp) -> Identity {
    var withoutKey = Identity(credential: .none, refusal: .noCredential)
    switch facts.session {
    case .none: break
    case .invalid: withoutKey = Identity(credential: .session, refusal: .sessionInvalid)
    case .valid(let tag, let session, let expires):
      let user = index.users[tag]
      let owner = user.flatMap { membership(of: $0) }
      if expires.adding(seconds: Limits.sessionTolerance) <= now {
        withoutKey = Identity(credential: .session, refusal: .sessionExpired)
      } else if let session, deniedSessions[session] != nil {
        withoutKey = Identity(
          credential: .session, owner: owner, refusal: .sessionDenied, session: session)
      } else {
        return identify(sessionOf: owner)
      }
    }
    switch facts.key {
    case .none: return withoutKey
    case .malformed: return Identity(credential: .apiKey, refusal: .malformedCredential)
    case .hashed(let hashes):
      // Every pepper's hash is looked up, whichever is found: the work tells nothing.
      let found = hashes.map { index.keyHashes[$0] }
      guard let key = found.compactMap({ $0 }).first else {
        return Identity(credential: .apiKey, refusal: .unknownKey)
      }
      return identify(key, at: now)
    }
  }

  func identify(sessionOf owner: Membership?) -> Identity {
    guard let owner else { return Identity(credential: .session, refusal: .missingMetadata) }
    return Identity(credential: .session, owner: owner, refusal: disabled(owner))
  }

  /// A key that is known, and whether it still works.
  func identify(_ key: KeyOrdinal, at now: Timestamp) -> Identity {
    let held = keys[key.index]
    var identity = Identity(credential: .apiKey, key: key, owner: held.owner)
    if held.revoked != nil {
      identity.refusal = .revoked
    } else if !held.isEnabled {
      identity.refusal = .disabled
    } else if let expiry = expiry(of: key), expiry.time <= now {
      identity.refusal = .expired
    } else if let owner = held.owner {
      identity.refusal = disabled(owner)
    } else {
      identity.refusal = .missingMetadata
    }
    return identity
  }

  private func membership(of user: UserOrdinal) -> Membership? {
    users[user.index].organization.map { Membership(organization: $0, user: user) }
  }

  private func disabled(_ owner: Membership) -> Reason? {
    guard organizations.indices.contains(owner.organization.index),
      users.indices.contains(owner.user.index)
    else { return .missingMetadata }
    let works =
      organizations[owner.organization.index].isEnabled && users[owner.user.index].isEnabled
    return works ? nil : .disabled
  }

  private func tenantVerdict(_ tenant: String?, _ identity: Identity) -> TenantVerdict {
    guard let tenant, let owner = identity.owner else { return .unspecified }
    return organizations[owner.organization.index].id == tenant ? .same : .other
  }

  private func addressVerdict(_ address: String?, _ identity: Identity) -> AddressVerdict {
    let ranges = identity.key.flatMap { keys[$0.index].addresses?.value?.ranges } ?? []
    guard !ranges.isEmpty else { return .notChecked }
    guard let address else { return .outside }
    let isInside = ranges.contains { AddressRange($0)?.contains(address) ?? false }
    return isInside ? .inside : .outside
  }

  package struct Ruling: Sendable, Hashable {
    package var reason: Reason
    package var charged: UInt64 = 0
  }

  /// Steps 3 to 7, for a request whose facts stand in its record already.
  package func rule(
    _ request: RequestDecided, _ identity: Identity, at now: Timestamp
  ) -> Ruling {
    guard let profile = request.profile, let owner = identity.owner else {
      return Ruling(reason: .missingMetadata)
    }
    if let key = identity.key {
      if let own = keys[key.index].profile, own != profile { return Ruling(reason: .wrongProfile) }
    }
    if request.tenant == .other { return Ruling(reason: .wrongTenant) }
    if request.address == .outside { return Ruling(reason: .addressNotAllowed) }
    if let scopes = identity.key.flatMap({ keys[$0.index].scopes?.value?.operations }),
      !scopes.isEmpty, !scopes.contains(request.operation)
    {
      return Ruling(reason: .missingPermission)
    }
    let policy = profiles[profile.index].policy ?? Policy()
    let user = users[owner.user.index]
    if policy.abuse != nil, let block = user.block, block.until > now {
      return Ruling(reason: .abuseBlocked)
    }
    for limit in limits(profile, request.operation, user: owner.user, key: identity.key) {
      if reading(limit, at: now).remaining == 0 { return Ruling(reason: .rateLimited) }
    }
    let cost = policy.cost(of: request.operation)
    if cost > 0, user.credits < Int64(clamping: cost) {
      return Ruling(reason: .insufficientCredits)
    }
    return Ruling(reason: .allowed, charged: cost)
  }
}
