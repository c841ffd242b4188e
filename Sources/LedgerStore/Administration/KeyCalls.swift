internal import Ledger

/// Keys.
extension Administration {
  func create(
    _ body: KeyCreationBody, idempotencyKey: String?
  ) throws(StoreError) -> PreparedCall {
    guard (body.organization == nil) == (body.user == nil) else {
      throw .invalid("'organization' and 'user' stand together; a key without both has no owner")
    }
    let idempotency = try idempotencyKey.map { key throws(StoreError) in
      try self.idempotency(key, body)
    }
    let made = Carried<NewSecret>()
    return PreparedCall { state, sealer, _ throws(StoreError) in
      switch Result(catching: { () throws(Refusal) in try resolve(body, in: state) }) {
      case .failure(let refusal): return .failure(refusal)
      case .success(let found):
        made.value = found.secret
        let environment = body.environment ?? .live
        return .success(
          .createKey(
            NewKey(
              id: found.secret.id, owner: found.owner, profile: found.profile, name: body.name,
              environment: environment,
              secret: try sealer.secret(found.secret.secret, hint: found.secret.hint),
              expires: body.expiresAt, scopes: body.scopes ?? [],
              addresses: body.addresses ?? [], limit: body.limit, idempotency: idempotency)))
      }
    } excuse: { refusal in
      guard case .repeatedCreation(let key) = refusal else { return nil }
      return .reading { repeatedAnswer(key, in: $0) }
    } tell: { _ in
      .answer(secretAnswer(made.value))
    }
  }

  private struct Resolved {
    var owner: Membership?
    var profile: ProfileOrdinal?
    var secret: NewSecret
  }

  private func resolve(
    _ body: KeyCreationBody, in state: LedgerState
  ) throws(Refusal) -> Resolved {
    var owner: Membership?
    if let organization = body.organization, let user = body.user {
      owner = Membership(
        organization: try self.organization(organization, in: state).get(),
        user: try self.user(user, in: state).get())
    }
    var profile: ProfileOrdinal?
    if let name = body.profile {
      guard let found = state.index.profiles[name] else { throw .unknown(.profile, name) }
      profile = found
    }
    let document = profile.flatMap { state.profiles[$0.index].document }
    let product =
      body.product ?? document.flatMap { ProfileDocument.keyPrefix($0) } ?? NewSecret.defaultProduct
    let secret = try NewSecret(product: product, environment: body.environment ?? .live)
    return Resolved(owner: owner, profile: profile, secret: secret)
  }

  private func idempotency(
    _ key: String, _ body: KeyCreationBody
  ) throws(StoreError) -> NewKey.Idempotency {
    guard !key.isEmpty, key.utf8.count <= Self.idempotencyKeyBytes else {
      throw .invalid("an idempotency key has 1 to \(Self.idempotencyKeyBytes) bytes")
    }
    let request = String(decoding: try body.json(), as: UTF8.self)
    guard let tags = writer.hasher.idempotency(key, request: request) else {
      throw .invalid("a keyed hash of a wrong size")
    }
    return tags
  }

  /// Bytes; a UUID has 36.
  private static let idempotencyKeyBytes = 255

  func rotate(_ id: String, _ rotation: KeyRotation) -> PreparedCall {
    let made = Carried<NewSecret>()
    return PreparedCall { state, sealer, _ throws(StoreError) in
      guard let key = state.index.keys[id] else { return .failure(.unknown(.key, id)) }
      let held = state.keys[key.index]
      let product =
        held.hint?.split(separator: "_").first.map(String.init) ?? NewSecret.defaultProduct
      let secret: NewSecret
      do throws(Refusal) {
        secret = try NewSecret(product: product, environment: held.environment)
      } catch { return .failure(error) }
      made.value = secret
      return .success(
        .rotateKey(
          key, id: secret.id, secret: try sealer.secret(secret.secret, hint: secret.hint),
          grace: rotation.graceSeconds ?? 0))
    } tell: { _ in
      .answer(secretAnswer(made.value))
    }
  }

  func change(_ id: String, _ patch: KeyPatch) -> PreparedCall {
    PreparedCall { state, _, _ in
      key(id, in: state).map { .changeKey($0, patch.changes) }
    } tell: { receipt in
      .reading { keyAnswer(id, changed: receipt.changed, in: $0) }
    }
  }

  func revoke(_ id: String) -> PreparedCall {
    PreparedCall { state, _, _ in
      key(id, in: state).map { .revokeKey($0) }
    } tell: { receipt in
      .reading { keyAnswer(id, changed: receipt.changed, in: $0) }
    }
  }

  private func secretAnswer(_ new: NewSecret?) -> AdministrationAnswer {
    AdministrationAnswer(
      Row(["id": Value(new?.id), "secret": Value(new?.secret), "state": .text("active")]),
      isNew: true)
  }

  private func repeatedAnswer(_ key: KeyOrdinal, in state: LedgerState) -> AdministrationAnswer {
    AdministrationAnswer(
      Row([
        "id": Value(state.keys[key.index].id), "secret": .null,
        "state": .text(status(key, in: state)), "replayed": .flag(true),
      ]))
  }

  /// The key without what only a reader can tell: whose it is stands sealed.
  private func keyAnswer(
    _ id: String, changed: Value, in state: LedgerState
  ) -> AdministrationAnswer {
    var row = Row(["id": .text(id)])
    if let key = state.index.keys[id] {
      let held = state.keys[key.index]
      let operations = held.scopes?.value?.operations ?? []
      row.append("name", Value(held.name?.value?.value))
      row.append("state", .text(status(key, in: state)))
      row.append("expiresAt", Value(state.expiry(of: key)?.time))
      row.append("limit", Value(held.limit?.value?.limit?.text))
      row.append("scopes", .list(operations.map { .text(state.operations[$0.index]) }))
      row.append("addresses", .list((held.addresses?.value?.ranges ?? []).map { .text($0) }))
      row.append("metadata", held.metadataValue)
    }
    row.append("changed", changed)
    return AdministrationAnswer(row)
  }

  private func status(_ key: KeyOrdinal, in state: LedgerState) -> String {
    state.status(of: key, at: max(RecordClock.wall, state.lastRecorded)).rawValue
  }
}

extension Key {
  /// An object of texts.
  var metadataValue: Value {
    var row = Row()
    for entry in metadata?.value?.entries ?? [] { row.append(entry.name ?? "", Value(entry.value)) }
    return .object(row)
  }
}
