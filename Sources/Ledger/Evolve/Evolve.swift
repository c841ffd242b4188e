/// `evolve`: the fold. It is total: whatever the log holds, it answers the same state on every
/// machine and never fails. A record that speaks of a thing nobody introduced changes nothing;
/// `verify` reports it.
extension LedgerState {
  /// Folds the record at position `logSize`. With `showing` false only introductions claim their
  /// ordinals: so the state as of a moment leaves out what happened after it, and records before
  /// it can still name things that were introduced after it.
  package mutating func evolve(_ event: Event, showing: Bool = true) {
    introduce(event)
    logSize += 1
    lastRecorded = max(lastRecorded, event.recorded)
    if showing { show(event, at: SequenceNumber(logSize - 1)) }
    if logSize % Self.sweepInterval == 0 { sweep() }
  }

  /// Records between two sweeps of what has run out: the places depend on the log alone, so that
  /// every path drops the same.
  private static let sweepInterval: UInt64 = 65_536

  /// The effects of an event whose record was folded without showing before. A story told in the
  /// order in which things happened is made of these, because records may stand in another.
  package mutating func show(_ event: Event, at sequence: SequenceNumber) {
    lastHappened = max(lastHappened, event.happened)
    if event.origin == nil { lastLive = max(lastLive, event.recorded) }
    apply(event, at: sequence)
  }

  /// Gives the next ordinal to what the event introduces.
  private mutating func introduce(_ event: Event) {
    switch event.body {
    case .organizationRegistered(let body):
      let id = body.id ?? ""
      index.organizations[id] = OrganizationOrdinal(organizations.count)
      organizations.append(Organization(id: id))
      organizationActivity.append(Activity())
    case .userRegistered(let body):
      if let tag = body.tag { index.users[tag] = UserOrdinal(users.count) }
      users.append(User(tag: body.tag, sealed: body.sealed, isLive: event.origin == nil))
      userActivity.append(Activity())
    case .operationDefined(let body):
      let name = body.name ?? ""
      index.operations[name] = OperationOrdinal(operations.count)
      operations.append(name)
    case .clientSeen(let body):
      if let tag = body.tag { index.clients[tag] = ClientOrdinal(clients.count) }
      clients.append(Client(tag: body.tag, sealed: body.sealed))
    case .keyCreated(let body) where body.key == nil:
      // Until its creation shows, an imported key is of the kind that observing it would tell.
      let kind = event.origin == nil ? body.kind : KeyKind(importedID: body.id ?? "")
      introduceKey(id: body.id, kind: kind, owner: body.owner)
    case .keyObserved(let body):
      introduceKey(id: body.id, kind: body.kind, owner: body.owner)
    case .keyRotated(let body):
      // Of the key before only what no record changes: what introduces must not depend on what
      // shows. A key before that nobody introduced has an ordinal all the same.
      let before = keys.indices.contains(body.key.index) ? keys[body.key.index] : Key()
      introduceKey(id: body.id, kind: before.kind, owner: before.introduced)
    case .tokenCreated(let body):
      var token = Token()
      token.name = body.name
      token.role = body.role
      token.hash = body.hash
      if let hash = body.hash { index.tokens[hash] = TokenOrdinal(tokens.count) }
      tokens.append(token)
    case .profileSet(let body):
      let name = body.name ?? ""
      guard index.profiles[name] == nil else { return }
      index.profiles[name] = ProfileOrdinal(profiles.count)
      var profile = Profile()
      profile.name = name
      profiles.append(profile)
    default: return
    }
  }

  private mutating func introduceKey(id: String?, kind: KeyKind, owner: Membership?) {
    if let id { index.keys[id] = KeyOrdinal(keys.count) }
    keys.append(Key(id: id, kind: kind, introduced: owner))
    keyActivity.append(Activity())
  }

  private mutating func apply(_ event: Event, at sequence: SequenceNumber) {
    switch event.body {
    case .requestDecided(let body): apply(body, event)
    case .requestsCoalesced(let body):
      for entry in body.counts {
        let (sum, tooMuch) = coalesced.addingReportingOverflow(entry.count)
        coalesced = tooMuch ? .max : sum
      }
    case .keyCreated, .keyObserved, .keyRenamed, .keyEnabled, .keyDisabled, .keyExpirySet,
      .keyRateLimitSet, .keyScopesSet, .keyAddressesSet, .keyMetadataSet, .keyRotated, .keyRevoked:
      applyToKey(event)
    case .organizationRegistered, .organizationDisabled, .organizationEnabled, .userRegistered,
      .userDisabled, .userEnabled, .subjectErased:
      applyToEntity(event)
    case .tokenCreated, .tokenRevoked, .sessionDenied, .pepperRotated, .profileSet, .abuseBlocked,
      .abuseReleased, .creditsGranted, .creditsRefunded, .taskReported:
      applyToAccess(event, at: sequence)
    case .operationDefined, .clientSeen, .auditAccessed, .importCompleted,
      .checkpointRotated, .logStarted, .logStopped, .logTrimmed:
      return
    }
  }

  private mutating func apply(_ request: RequestDecided, _ event: Event) {
    if event.origin != nil { imported += 1 }
    guard let subject = subject(of: request) else { return }
    let happened = event.happened
    if let organization = subject.organization {
      organizationActivity[organization.index].count(request.reason, at: happened)
    }
    if let user = subject.user {
      userActivity[user.index].count(request.reason, at: happened)
      if event.origin == nil {
        if request.reason == .allowed { consume(request, user, at: event.recorded) }
        charge(user, request.charged)
      } else {
        belong(subject, at: event.stamp)
      }
    }
    if let key = request.key {
      keyActivity[key.index].count(request.reason, at: happened)
      if event.origin != nil { observe(key, subject, at: event.stamp) }
    }
  }

  /// Late history can tell that a user or a key belongs to somebody else than was thought.
  private mutating func belong(_ subject: RequestSubject, at stamp: Stamp) {
    guard let organization = subject.organization, let user = subject.user else { return }
    belong(Membership(organization: organization, user: user), at: stamp)
  }

  private mutating func observe(_ key: KeyOrdinal, _ subject: RequestSubject, at stamp: Stamp) {
    guard let organization = subject.organization, let user = subject.user else { return }
    observe(key, Membership(organization: organization, user: user), at: stamp)
  }
}
