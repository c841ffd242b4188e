internal import EventLog
internal import Glibc
package import Ledger
internal import Secrets
internal import Transparency

extension DataDirectory {
  /// What a new data directory tells its maker, once.
  package struct Created: Sendable {
    package var origin: String
    package var verifierKey: String
    /// The first administrator's token; nothing keeps it.
    package var adminToken: String
  }

  /// Makes a new data directory: signing key, pepper, vault, an empty log, the first token.
  /// Leaves an existing one as it is.
  package func create(
    origin: String?, segmentCapacity: Int?, by actor: Actor
  ) throws(StoreError) -> Created {
    guard access(verifierKey, F_OK) != 0 else { throw .alreadyInitialized(root) }
    let name = origin ?? "keyledger/\(Hex.encode(randomBytes(8)))"
    guard SigningKey(name: name) != nil else {
      throw .invalid("'\(name)' cannot be an origin: no white space and no '+'")
    }
    try StoreError.file { () throws(FileError) in
      for path in [root, log, state] { try SmallFile.makeDirectory(path) }
    }
    let secrets = try StoreError.secrets { () throws(SecretsError) in
      try SecretsDirectory(creating: secret)
    }
    let verifier = try StoreError.secrets { () throws(SecretsError) in
      let key = try SigningKeyFile.create(in: secrets, origin: name)
      _ = try Pepper.create(in: secrets)
      _ = try Vault.create(in: secrets)
      return key.verifierKey.description
    }
    let options = LogOptions(
      segmentCapacity: segmentCapacity ?? LogFormat.defaultSegmentCapacity)
    try StoreError.log { () throws(LogError) in
      try LogWriter.create(
        directory: log, logID: randomBytes(LogFormat.logIDSize),
        created: RecordClock.wall.microseconds, options: options)
    }
    // Last, because it is what makes the directory one of ours.
    try StoreError.file { () throws(FileError) in
      try SmallFile.replace(verifierKey, with: Array("\(verifier)\n".utf8))
    }
    let token = TokenFormat.generate()
    let writer = try LedgerWriter(self, program: "keyledger init")
    _ = try writer.perform(
      Proposal(by: actor) { _, sealer, _ throws(StoreError) in
        let facts = try sealer.secret(token, hint: TokenFormat.displayHint(of: token) ?? "")
        return .success(.createToken(name: "admin", role: .admin, secret: facts, expires: nil))
      })
    // The token is durable and must be told; a log that was not closed cleanly recovers.
    do throws(StoreError) { try writer.close() } catch {}
    return Created(origin: name, verifierKey: verifier, adminToken: token)
  }

  private func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
