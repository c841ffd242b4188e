package import Ledger
internal import Secrets

/// Turns what names a person into what a record may hold: a reference to somebody known, or a tag
/// and a sealed text for somebody new. Lives with the writer, because new keys of the vault must be
/// durable before the block that uses them.
package struct NameSealer: ~Copyable {
  fileprivate var vault: Vault
  fileprivate let pepper: Pepper

  init(_ directory: SecretsDirectory) throws(SecretsError) {
    let pepper = try Pepper.load(from: directory)
    let vault = try Vault(opening: directory)
    self.pepper = pepper
    self.vault = vault
  }

  package mutating func user(
    _ id: String, in state: LedgerState
  ) throws(StoreError) -> UserReference {
    let tag = try tag(vault.userTag(id))
    if let known = state.index.users[tag] { return .known(known) }
    return .new(tag: tag, sealed: try seal(Person(id: id), .user))
  }

  /// The tag key is the recording month's, so that destroying old ones cuts the thread between a
  /// client's visits.
  package mutating func client(
    address: String?, userAgent: String?, recorded: Timestamp, in state: LedgerState,
    mayIntroduce: () -> Bool = { true }
  ) throws(StoreError) -> ClientReference? {
    if address == nil, userAgent == nil { return nil }
    // A client chooses its user agent; however long, it must not keep its request out of the log.
    let userAgent = userAgent.map { Limits.clipped($0, toBytes: Limits.nameBytes) }
    let address = address.map { Limits.clipped($0, toBytes: Limits.nameBytes) }
    let day = floorDivide(recorded.microseconds, by: 86_400_000_000)
    let date = CivilDate.civil(days: day)
    let month = Int(date.year * 12 + date.month - 1)
    let tag = try tag(
      vault.clientTag(address: address ?? "", userAgent: userAgent ?? "", month: month))
    if let known = state.index.clients[tag] { return .known(known) }
    guard mayIntroduce() else { return nil }
    let identity = ClientIdentity(address: address, userAgent: userAgent)
    return .new(tag: tag, sealed: try seal(identity, .client))
  }

  package func fingerprint(_ content: [UInt8]) -> UInt64 { vault.importFingerprint(content) }

  package func secret(_ text: String, hint: String) throws(StoreError) -> SecretFacts {
    let hashed = pepper.currentHash(secret: text)
    guard let hash = SecretHash(hashed.hash) else {
      throw .invalid("a keyed hash of \(hashed.hash.count) bytes; expected 32")
    }
    return SecretFacts(hash: hash, pepper: UInt32(hashed.pepperVersion), hint: hint)
  }

  /// Makes every new key durable.
  mutating func sync() throws(StoreError) {
    do throws(SecretsError) { try vault.sync() } catch { throw .secrets(error) }
  }

  private func tag(_ bytes: [UInt8]) throws(StoreError) -> Tag {
    guard let tag = Tag(bytes) else {
      throw .invalid("a tag of \(bytes.count) bytes; expected \(Tag.byteCount)")
    }
    return tag
  }

  private mutating func seal<M: Message>(
    _ message: M, _ kind: SubjectKind
  ) throws(StoreError) -> SealedText {
    var encoder = WireEncoder()
    var copy = message
    do throws(WireError) { try copy.visit(&encoder) } catch { throw .invalid("\(error)") }
    let plain = encoder.finish()
    do throws(SecretsError) {
      let sealed = try vault.seal(plaintext: plain, kind: kind)
      return SealedText(keyID: sealed.keyID.bytes, box: sealed.box)
    } catch { throw .secrets(error) }
  }
}

extension NameSealer {
  /// The external id of a user; `nil` after erasure.
  func name(of user: User) -> String? {
    guard let sealed = user.sealed, let id = sealed.keyID.flatMap({ SealingKeyID($0) }),
      let box = sealed.box,
      case .success(let plain) = Result(catching: {
        try vault.open(Sealed(keyID: id, box: box), kind: .user)
      }), let plain
    else { return nil }
    return plain.withUnsafeBytes { bytes in
      switch Result(catching: { try WireDecoder.decode(Person.self, from: bytes) }) {
      case .success(let person): person.id
      case .failure: nil
      }
    }
  }

  /// What turns credentials into facts, for the threads that requests come in on.
  func credentialHasher() -> CredentialHasher? {
    vault.keys.callTags.map { CredentialHasher(pepper: pepper, tags: $0) }
  }
}
