extension LedgerState {
  /// The life of keys. A revoked key refuses everything.
  func decideKey(_ command: Command, _ draft: inout Draft) -> Refusal? {
    switch command {
    case .createKey(let new): createKey(new, &draft)
    case .renameKey(let key, let name): rename(key, name, &draft)
    case .setKey(let key, let enabled): set(key, enabled: enabled, &draft)
    case .setExpiry(let key, let expires): set(key, expires: expires, &draft)
    case .setRateLimit(let key, let limit): set(key, limit: limit, &draft)
    case .setScopes(let key, let scopes): set(key, scopes: scopes, &draft)
    case .setAddresses(let key, let ranges): set(key, addresses: ranges, &draft)
    case .setMetadata(let key, let entries): set(key, metadata: entries, &draft)
    case .rotateKey(let key, let id, let secret, let grace):
      rotate(key, to: id, secret, grace: grace, &draft)
    case .revokeKey(let key):
      keys[key.index].revoked == nil ? draft.add(.keyRevoked(KeyRevoked(key: key))) : nil
    default: .invalid("the command does not concern a key")
    }
  }

  private func refuseRevoked(_ key: KeyOrdinal) -> Refusal? {
    keys[key.index].revoked == nil ? nil : .revoked(key: keys[key.index].id ?? "")
  }

  private func createKey(_ new: NewKey, _ draft: inout Draft) -> Refusal? {
    if let idempotency = new.idempotency, let before = index.idempotency[idempotency.tag],
      before.recorded > draft.recorded.adding(seconds: -Limits.repeatSeconds)
    {
      return before.requestHash == idempotency.requestHash
        ? .repeatedCreation(before.key) : .idempotencyConflict
    }
    if let refusal = checkName(new.id, of: "a key's id") { return refusal }
    if index.keys[new.id] != nil { return .exists(.key, new.id) }
    if let name = new.name, let refusal = checkName(name, of: "a key's name") { return refusal }
    if let refusal = checkLists(new.scopes, new.addresses) { return refusal }
    if let refusal = checkLimit(new.limit) { return refusal }
    if let expires = new.expires, expires <= draft.recorded {
      return .invalid("a new key cannot expire in the past")
    }
    if let owner = new.owner, users[owner.user.index].organization != owner.organization {
      return .invalid("the user does not belong to the organization")
    }
    let scopes = new.scopes.map { draft.operation($0) }
    let key = draft.claimKey(new.id)
    draft.add(
      .keyCreated(
        KeyCreated(
          id: new.id, owner: new.owner, kind: .permanent, environment: new.environment,
          name: new.name, profile: new.profile, hash: new.secret.hash, pepper: new.secret.pepper,
          hint: new.secret.hint, expires: new.expires, scopes: scopes, addresses: new.addresses,
          idempotency: new.idempotency?.tag, requestHash: new.idempotency?.requestHash)))
    if let limit = new.limit {
      draft.add(.keyRateLimitSet(KeyRateLimitSet(key: key, limit: limit)))
    }
    return nil
  }

  private func rename(_ key: KeyOrdinal, _ name: String?, _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) { return refusal }
    if let name, let refusal = checkName(name, of: "a key's name") { return refusal }
    guard keys[key.index].name?.value?.value != name else { return nil }
    return draft.add(.keyRenamed(KeyRenamed(key: key, name: name)))
  }

  private func set(_ key: KeyOrdinal, enabled: Bool, _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) { return refusal }
    guard keys[key.index].isEnabled != enabled else { return nil }
    return draft.add(
      enabled ? .keyEnabled(KeyEnabled(key: key)) : .keyDisabled(KeyDisabled(key: key)))
  }

  private func set(_ key: KeyOrdinal, expires: Timestamp?, _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) { return refusal }
    let held = keys[key.index].expires?.value
    if let next = keys[key.index].rotatedTo,
      (expires ?? .distantFuture) > held?.time ?? .distantPast
    {
      // The end of the grace period is final: nothing gives an old secret more time.
      return .alreadyRotated(key: keys[key.index].id ?? "", to: keys[next.index].id ?? "")
    }
    if held?.time == expires, held != nil || expiry(of: key) == nil { return nil }
    return draft.add(.keyExpirySet(KeyExpirySet(key: key, expires: expires)))
  }

  private func set(_ key: KeyOrdinal, limit: RateLimit?, _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) ?? checkLimit(limit) { return refusal }
    if keys[key.index].limit?.value?.limit == limit { return nil }
    return draft.add(.keyRateLimitSet(KeyRateLimitSet(key: key, limit: limit)))
  }

  private func set(_ key: KeyOrdinal, scopes: [String], _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) ?? checkLists(scopes, []) { return refusal }
    let operations = scopes.map { draft.operation($0) }
    if (keys[key.index].scopes?.value?.operations ?? []) == operations { return nil }
    return draft.add(.keyScopesSet(KeyScopesSet(key: key, scopes: operations)))
  }

  private func set(_ key: KeyOrdinal, addresses: [String], _ draft: inout Draft) -> Refusal? {
    if let refusal = refuseRevoked(key) ?? checkLists([], addresses) { return refusal }
    if (keys[key.index].addresses?.value?.ranges ?? []) == addresses { return nil }
    return draft.add(.keyAddressesSet(KeyAddressesSet(key: key, addresses: addresses)))
  }

  private func set(
    _ key: KeyOrdinal, metadata: [MetadataEntry], _ draft: inout Draft
  ) -> Refusal? {
    if let refusal = refuseRevoked(key) { return refusal }
    if metadata.count > Limits.listEntries {
      return .invalid("more than \(Limits.listEntries) entries")
    }
    for entry in metadata {
      if let refusal = checkName(entry.name ?? "", of: "a name in metadata") { return refusal }
    }
    if Set(metadata.map(\.name)).count < metadata.count {
      return .invalid("a name stands twice in the metadata")
    }
    let bytes = metadata.reduce(0) { sum, entry in
      sum + (entry.name ?? "").utf8.count + (entry.value ?? "").utf8.count
    }
    if bytes > Limits.metadataBytes {
      return .invalid("a key's metadata is longer than \(Limits.metadataBytes) bytes")
    }
    let sorted = metadata.sorted { bytesPrecede($0.name ?? "", $1.name ?? "") }
    if (keys[key.index].metadata?.value?.entries ?? []) == sorted { return nil }
    return draft.add(.keyMetadataSet(KeyMetadataSet(key: key, entries: sorted)))
  }

  /// The secret before works until the end of the grace period, or its own expiry if that comes
  /// first.
  private func rotate(
    _ key: KeyOrdinal, to id: String, _ secret: SecretFacts, grace: Int64, _ draft: inout Draft
  ) -> Refusal? {
    let held = keys[key.index]
    if let refusal = refuseRevoked(key) { return refusal }
    if grace < 0 { return .invalid("a grace period cannot be negative") }
    if held.hash == nil {
      return .invalid("key '\(held.id ?? "")' is of imported history and has no secret here")
    }
    if let next = held.rotatedTo {
      return .alreadyRotated(key: held.id ?? "", to: keys[next.index].id ?? "")
    }
    if status(of: key, at: draft.recorded) == .expired { return .expired(key: held.id ?? "") }
    if let refusal = checkName(id, of: "a key's id") { return refusal }
    if index.keys[id] != nil { return .exists(.key, id) }
    let end = draft.recorded.adding(seconds: grace)
    let previous = min(held.expires?.value?.time ?? .distantFuture, end)
    return draft.add(
      .keyRotated(
        KeyRotated(
          key: key, id: id, hash: secret.hash, pepper: secret.pepper, hint: secret.hint,
          previousExpires: previous)))
  }

  func checkLimit(_ limit: RateLimit?) -> Refusal? {
    guard let limit else { return nil }
    let isSound = limit.capacity > 0 && limit.refill > 0 && limit.interval > 0
    return isSound ? nil : .invalid("a limit needs a positive count and a positive interval")
  }

  private func checkLists(_ scopes: [String], _ addresses: [String]) -> Refusal? {
    for scope in scopes {
      if let refusal = checkName(scope, of: "an operation's name") { return refusal }
    }
    if max(scopes.count, addresses.count) > Limits.listEntries {
      return .invalid("more than \(Limits.listEntries) entries")
    }
    for range in addresses where AddressRange(range) == nil {
      return .invalid("'\(range)' is not an address or a CIDR range")
    }
    return nil
  }
}
