extension Draft {
  /// Imported history decides nothing here: what happened is recorded as it happened. First the
  /// introductions, then the request, then what it changed.
  mutating func add(_ request: ImportedRequest) -> Refusal? {
    if let refusal = request.tooLarge ?? refuseLiveKeys(request) { return refusal }
    origin = request.origin
    let organization = organization(request.organization)
    let user = user(request.user, of: organization)
    let caller = Membership(organization: organization, user: user)
    var decided = RequestDecided(operation: operation(request.operation), reason: request.reason)
    decided.client = request.client.map { client($0) }
    decided.credential = request.key == nil ? .none : .apiKey
    decided.address = .notChecked
    decided.errorCode = request.errorCode.map { Limits.clipped($0, toBytes: Limits.codeBytes) }
    decided.type = request.type
    name(caller, key: request.key, in: &decided)
    let change = request.change.map { resolve($0, organization: organization) }
    decided.targetKey = change?.key
    add(.requestDecided(decided))
    if let change {
      let actor = Actor(user: user, key: decided.key)
      for body in change.bodies { add(body, by: actor) }
    }
    return nil
  }

  /// A key with a secret here has its history here: nobody's file may give it away, end it or say
  /// what it did.
  private func refuseLiveKeys(_ request: ImportedRequest) -> Refusal? {
    for id in [request.key, request.changedKey] {
      guard let id, let key = state.index.keys[id], state.keys[key.index].hash != nil else {
        continue
      }
      return .invalid("'\(id)' is a key of this log; imported history cannot speak of it")
    }
    // Whom somebody registered here, no file can move to another organization.
    for case .known(let user)? in [request.user, request.changedOwner]
    where state.users[user.index].isLive {
      return .invalid(
        "its user is registered in this log; imported history cannot speak of it")
    }
    return nil
  }

  /// Names key, organization and user, the last two only where the key's introduction does not.
  private mutating func name(
    _ caller: Membership, key id: String?, in decided: inout RequestDecided
  ) {
    guard let id else {
      decided.organization = caller.organization
      decided.user = caller.user
      return
    }
    guard let key = knownKey(id) else {
      decided.key = claimKey(id)
      add(
        .keyObserved(
          KeyObserved(
            id: id, organization: caller.organization, user: caller.user,
            kind: KeyKind(importedID: id))))
      return
    }
    decided.key = key
    let introduced = introduced(key)
    if introduced?.organization != caller.organization {
      decided.organization = caller.organization
    }
    if introduced?.user != caller.user { decided.user = caller.user }
  }

  private struct ResolvedChange {
    var key: KeyOrdinal
    var bodies: [EventBody]
  }

  private mutating func resolve(
    _ change: ImportedRequest.Change, organization: OrganizationOrdinal
  ) -> ResolvedChange {
    switch change {
    case .created(let id, let reference, let kind, let expires):
      let owner = Membership(organization: organization, user: user(reference, of: organization))
      let known = knownKey(id)
      let created = KeyCreated(
        key: known, id: known == nil ? id : nil, owner: owner, kind: kind,
        environment: .unspecified, pepper: 0, expires: expires)
      return ResolvedChange(key: known ?? claimKey(id), bodies: [.keyCreated(created)])
    case .enabled(let id, let reference):
      return changed(id, reference, organization) { .keyEnabled(KeyEnabled(key: $0, owner: $1)) }
    case .disabled(let id, let reference):
      return changed(id, reference, organization) { .keyDisabled(KeyDisabled(key: $0, owner: $1)) }
    case .revoked(let id, let reference):
      return changed(id, reference, organization) { .keyRevoked(KeyRevoked(key: $0, owner: $1)) }
    }
  }

  /// A change to a key never seen makes it observed.
  private mutating func changed(
    _ id: String, _ reference: UserReference, _ organization: OrganizationOrdinal,
    _ body: (KeyOrdinal, Membership) -> EventBody
  ) -> ResolvedChange {
    let owner = Membership(organization: organization, user: user(reference, of: organization))
    if let known = knownKey(id) { return ResolvedChange(key: known, bodies: [body(known, owner)]) }
    let key = claimKey(id)
    let observed = KeyObserved(
      id: id, organization: organization, user: owner.user, kind: KeyKind(importedID: id))
    return ResolvedChange(key: key, bodies: [.keyObserved(observed), body(key, owner)])
  }
}

extension ImportedRequest {
  fileprivate var changedOwner: UserReference? {
    switch change {
    case .created(_, let owner, _, _), .enabled(_, let owner), .disabled(_, let owner),
      .revoked(_, let owner):
      owner
    case nil: nil
    }
  }

  /// The key that the request created or changed.
  fileprivate var changedKey: String? {
    switch change {
    case .created(let key, _, _, _), .enabled(let key, _), .disabled(let key, _),
      .revoked(let key, _):
      key
    case nil: nil
    }
  }

  /// Imported texts have no bound of their own; one that is out of all measure would make a record
  /// that no tile can hold.
  fileprivate var tooLarge: Refusal? {
    var owner: UserReference?
    var changed = ""
    switch change {
    case .created(let key, let user, _, _): (changed, owner) = (key, user)
    case .enabled(let key, let user), .disabled(let key, let user), .revoked(let key, let user):
      (changed, owner) = (key, user)
    case nil: break
    }
    let names = [
      ("an event's id", origin.id ?? ""), ("an organization's id", organization),
      ("an operation's name", operation), ("a key's id", key ?? ""), ("a key's id", changed),
    ]
    for (what, name) in names where name.utf8.count > Limits.nameBytes { return .tooLarge(what) }
    var sealed: [(String, SealedText)] = []
    if case .new(_, let text) = user { sealed.append(("a user's id", text)) }
    if case .new(_, let text) = owner { sealed.append(("a user's id", text)) }
    if case .new(_, let text) = client { sealed.append(("a client's user agent", text)) }
    for (what, text) in sealed where text.box?.count ?? 0 > Limits.sealedBytes {
      return .tooLarge(what)
    }
    return nil
  }
}
