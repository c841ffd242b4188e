extension LedgerState {
  /// The life of keys.
  mutating func applyToKey(_ event: Event) {
    switch event.body {
    case .keyCreated(let body): create(body, event)
    case .keyObserved(let body):
      if let key = key(named: body.id) { observe(key, body.owner, at: event.stamp) }
    case .keyRotated(let body): rotate(body, event)
    case .keyEnabled(let body): setKey(body.key, on: true, owner: body.owner, event)
    case .keyDisabled(let body): setKey(body.key, on: false, owner: body.owner, event)
    case .keyRevoked(let body):
      guard touch(body.key, owner: body.owner, event) else { return }
      var register = keys[body.key.index].revoked ?? Earliest()
      register.offer(Creation(actor: event.actor), at: event.stamp)
      keys[body.key.index].revoked = register
    default: applySetting(event)
    }
  }

  private mutating func applySetting(_ event: Event) {
    let stamp = event.stamp
    switch event.body {
    case .keyRenamed(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].name = keys[body.key.index].name.setting(Setting(body.name), at: stamp)
    case .keyExpirySet(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].expires = keys[body.key.index].expires
        .setting(Deadline(body.expires), at: stamp)
    case .keyRateLimitSet(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].limit = keys[body.key.index].limit
        .setting(RateLimitSetting(body.limit), at: stamp)
    case .keyScopesSet(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].scopes = keys[body.key.index].scopes
        .setting(Scopes(body.scopes), at: stamp)
    case .keyAddressesSet(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].addresses = keys[body.key.index].addresses
        .setting(Addresses(body.addresses), at: stamp)
    case .keyMetadataSet(let body):
      guard touch(body.key, owner: nil, event) else { return }
      keys[body.key.index].metadata = keys[body.key.index].metadata
        .setting(Metadata(body.entries), at: stamp)
    default: return
    }
  }

  private mutating func create(_ body: KeyCreated, _ event: Event) {
    guard let key = body.key ?? key(named: body.id),
      touch(key, owner: body.owner, event)
    else { return }
    let stamp = event.stamp
    var created = keys[key.index].created ?? Earliest()
    created.offer(KeyCreation(owner: body.owner, actor: event.actor), at: stamp)
    keys[key.index].created = created
    if let name = body.name {
      keys[key.index].name = keys[key.index].name.setting(Setting(name), at: stamp)
    }
    if let expires = body.expires {
      keys[key.index].expires = keys[key.index].expires.setting(Deadline(expires), at: stamp)
    }
    if !body.scopes.isEmpty {
      keys[key.index].scopes = keys[key.index].scopes.setting(Scopes(body.scopes), at: stamp)
    }
    if !body.addresses.isEmpty {
      keys[key.index].addresses = keys[key.index].addresses
        .setting(Addresses(body.addresses), at: stamp)
    }
    // The earliest creation tells the kind, as it tells the owner.
    if created.stamp == stamp { keys[key.index].kind = body.kind }
    // Imported history names none of these: it cannot take a secret away from a live key.
    if body.environment != .unspecified { keys[key.index].environment = body.environment }
    if let profile = body.profile { keys[key.index].profile = profile }
    keys[key.index].lineage = keys[key.index].lineage ?? key
    keep(hash: body.hash, hint: body.hint, of: key)
    if let tag = body.idempotency {
      var creation = IdempotentCreation()
      creation.tag = tag
      creation.requestHash = body.requestHash
      creation.key = key
      creation.recorded = event.recorded
      index.idempotency[tag] = creation
    }
  }

  /// The new key takes over everything but the secret; the one before works until
  /// `previousExpires`.
  private mutating func rotate(_ body: KeyRotated, _ event: Event) {
    guard keys.indices.contains(body.key.index), let key = key(named: body.id) else { return }
    let before = keys[body.key.index]
    var after = before
    after.id = body.id
    after.introduced = keys[key.index].introduced
    after.hash = keys[key.index].hash
    after.hint = keys[key.index].hint
    after.revoked = nil
    after.rotatedTo = nil
    after.lineage = before.lineage ?? body.key
    var created = Earliest<KeyCreation>()
    created.offer(
      KeyCreation(owner: before.owner, actor: event.actor), at: event.stamp)
    after.created = created
    keys[key.index] = after
    keyActivity[key.index].exist(at: event.happened)
    keep(hash: body.hash, hint: body.hint, of: key)
    keys[body.key.index].rotatedTo = key
    keys[body.key.index].expires = keys[body.key.index].expires
      .setting(Deadline(body.previousExpires), at: event.stamp)
  }

  /// A key's secret never changes: the first one recorded stays. Of keys with the same hash, which
  /// no honest log holds, the last introduced is found, as `rebuildIndex` finds it.
  private mutating func keep(hash: SecretHash?, hint: String?, of key: KeyOrdinal) {
    guard let hash, keys[key.index].hash == nil else { return }
    keys[key.index].hash = hash
    keys[key.index].hint = hint
    index.keyHashes[hash] = max(key, index.keyHashes[hash] ?? key)
  }

  private func key(named id: String?) -> KeyOrdinal? { id.flatMap { index.keys[$0] } }

  private mutating func setKey(
    _ key: KeyOrdinal, on: Bool, owner: Membership?, _ event: Event
  ) {
    guard touch(key, owner: owner, event) else { return }
    keys[key.index].enabled = keys[key.index].enabled
      .setting(Switch(isOn: on, actor: event.actor), at: event.stamp)
  }

  /// The key exists from this event at the latest. False for a key that nobody introduced.
  private mutating func touch(_ key: KeyOrdinal, owner: Membership?, _ event: Event) -> Bool {
    guard keys.indices.contains(key.index) else { return false }
    keyActivity[key.index].exist(at: event.happened)
    if let owner { observe(key, owner, at: event.stamp) }
    return true
  }

  /// A record names a key with its user: the earliest such record tells whose an observed key is.
  mutating func observe(_ key: KeyOrdinal, _ membership: Membership, at stamp: Stamp) {
    guard keys.indices.contains(key.index) else { return }
    keyActivity[key.index].exist(at: stamp.happened)
    var register = keys[key.index].observed ?? Earliest()
    register.offer(membership, at: stamp)
    keys[key.index].observed = register
    belong(membership, at: stamp)
  }
}
