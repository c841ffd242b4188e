import Secrets
import Testing
import Transparency

@Suite("The vault")
struct VaultTests {
  let secrets: TemporarySecrets
  let elsewhere: TemporarySecrets
  let ada = [UInt8]("Ada Lovelace <ada@example.org>".utf8)

  init() throws {
    secrets = try TemporarySecrets()
    elsewhere = try TemporarySecrets()
  }

  @Test("What was sealed is opened again, before and after the vault is opened anew")
  func roundTrip() throws {
    var vault = try Vault.create(in: secrets.directory)
    let user = try vault.seal(plaintext: ada, kind: .user)
    let client = try vault.seal(plaintext: [], kind: .client)
    #expect(try vault.open(user, kind: .user) == ada)
    try vault.sync()
    let again = try Vault(opening: secrets.directory)
    let reader = try VaultKeys(reading: secrets.directory)
    #expect(try again.open(user, kind: .user) == ada)
    #expect(try reader.open(user, kind: .user) == ada)
    #expect(try reader.open(client, kind: .client) == [])
    #expect(reader.subjectCount == 2)
  }

  @Test("A box made elsewhere to the documented layout is opened")
  func golden() throws {
    let reader = try goldenReader()
    let id = try #require(SealingKeyID([UInt8](repeating: 0x55, count: 16)))
    let box = try #require(Base64.decode(GoldenFiles.box))
    let sealed = Sealed(keyID: id, box: box)
    #expect(try reader.open(sealed, kind: .user) == [UInt8]("Ada".utf8))
  }

  @Test("Sealing the same bytes twice gives nothing in common")
  func fresh() throws {
    var vault = try Vault.create(in: secrets.directory)
    let first = try vault.seal(plaintext: ada, kind: .user)
    let second = try vault.seal(plaintext: ada, kind: .user)
    #expect(first.keyID != second.keyID)
    #expect(first.box.prefix(12) != second.box.prefix(12))
    #expect(first.box.count == 12 + 16 + ada.count + 16)
  }

  @Test("A box with a flipped bit, a missing byte, another kind or another key is refused")
  func notAuthentic() throws {
    var vault = try Vault.create(in: secrets.directory)
    let sealed = try vault.seal(plaintext: ada, kind: .user)
    let other = try vault.seal(plaintext: ada, kind: .user)
    let refusal = SecretsError.notAuthentic(keyID: sealed.keyID)
    let keys = vault.keys
    for bit in 0..<(sealed.box.count * 8) {
      var box = sealed.box
      box[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: refusal) {
        try keys.open(Sealed(keyID: sealed.keyID, box: box), kind: .user)
      }
    }
    for length in 0..<sealed.box.count {
      let cut = Sealed(keyID: sealed.keyID, box: [UInt8](sealed.box[..<length]))
      #expect(throws: refusal) { try keys.open(cut, kind: .user) }
    }
    #expect(throws: refusal) { try keys.open(sealed, kind: .client) }
    #expect(throws: refusal) {
      try keys.open(Sealed(keyID: sealed.keyID, box: other.box), kind: .user)
    }
  }

  @Test("Keys reach the file only by sync, in one append")
  func staging() throws {
    var vault = try Vault.create(in: secrets.directory)
    let size = try secrets.bytes(secrets.directory.vaultPath).count
    #expect(vault.hasStagedKeys == false)
    let sealed = try vault.seal(plaintext: ada, kind: .user)
    vault.ensureClientTagKey(month: 24_315)
    vault.ensureClientTagKey(month: 24_315)
    #expect(vault.hasStagedKeys == true)
    #expect(try secrets.bytes(secrets.directory.vaultPath).count == size)
    #expect(try VaultKeys(reading: secrets.directory).open(sealed, kind: .user) == nil)
    try vault.sync()
    #expect(vault.hasStagedKeys == false)
    #expect(try secrets.bytes(secrets.directory.vaultPath).count == size + 2 * 64)
    let before = try secrets.bytes(secrets.directory.vaultPath)
    try vault.sync()
    #expect(try secrets.bytes(secrets.directory.vaultPath) == before)
  }

  @Test("Without a directory or a vault nothing is opened, and nothing is created")
  func absent() throws {
    var vault = try Vault.create(in: elsewhere.directory)
    let sealed = try vault.seal(plaintext: ada, kind: .user)
    let readers = [
      VaultKeys(), try VaultKeys(reading: nil), try VaultKeys(reading: secrets.directory),
    ]
    for reader in readers {
      #expect(try reader.open(sealed, kind: .user) == nil)
      #expect(reader.userTag("user_42") == nil)
      #expect(reader.importFingerprint([1]) == nil)
      #expect(reader.clientTag(address: "::1", userAgent: "curl", month: 24_315) == nil)
    }
    #expect(try secrets.names() == [])
  }

  @Test("Reading changes no byte, not even of a torn vault")
  func readOnly() throws {
    var vault = try Vault.create(in: secrets.directory)
    _ = try vault.seal(plaintext: ada, kind: .user)
    try vault.sync()
    let path = secrets.directory.vaultPath
    let torn = [UInt8](try secrets.bytes(path).dropLast(10))
    try secrets.overwrite(path, torn)
    #expect(try VaultKeys(reading: secrets.directory).subjectCount == 0)
    #expect(try secrets.bytes(path) == torn)
    #expect(try secrets.names() == ["vault"])
  }

  func goldenReader() throws -> VaultKeys {
    _ = try Vault.create(in: secrets.directory)
    let bytes = try #require(Base64.decode(GoldenFiles.vault))
    try secrets.overwrite(secrets.directory.vaultPath, bytes)
    return try VaultKeys(reading: secrets.directory)
  }
}
