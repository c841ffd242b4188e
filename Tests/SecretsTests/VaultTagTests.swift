import Secrets
import Testing
import Transparency

@Suite("Tags")
struct VaultTagTests {
  let secrets: TemporarySecrets
  let elsewhere: TemporarySecrets

  init() throws {
    secrets = try TemporarySecrets()
    elsewhere = try TemporarySecrets()
  }

  @Test("Tags are the documented HMACs")
  func golden() throws {
    _ = try Vault.create(in: secrets.directory)
    let bytes = try #require(Base64.decode(GoldenFiles.vault))
    try secrets.overwrite(secrets.directory.vaultPath, bytes)
    let keys = try VaultKeys(reading: secrets.directory)
    #expect(keys.userTag("user_42").map { Hex.encode($0) } == GoldenFiles.userTag)
    let client = keys.clientTag(
      address: "203.0.113.9", userAgent: "curl/8.5", month: GoldenFiles.april2026)
    #expect(client.map { Hex.encode($0) } == GoldenFiles.clientTag)
    #expect(keys.importFingerprint([UInt8]("file".utf8)) == GoldenFiles.importFingerprint)
    #expect(keys.clientTagMonths == [GoldenFiles.april2026])
  }

  @Test("The same subject has the same tag, also after the vault is opened anew")
  func equal() throws {
    var vault = try Vault.create(in: secrets.directory)
    let user = vault.userTag("user_42")
    let client = vault.clientTag(address: "::1", userAgent: "curl", month: 24_315)
    let fingerprint = vault.importFingerprint([1, 2, 3])
    #expect(user.count == 16)
    #expect(client.count == 16)
    #expect(vault.clientTag(address: "::1", userAgent: "curl", month: 24_315) == client)
    try vault.sync()
    let reader = try VaultKeys(reading: secrets.directory)
    #expect(reader.userTag("user_42") == user)
    #expect(reader.clientTag(address: "::1", userAgent: "curl", month: 24_315) == client)
    #expect(reader.importFingerprint([1, 2, 3]) == fingerprint)
  }

  @Test("Another subject, month, division of the same text or vault has another tag")
  func unequal() throws {
    var vault = try Vault.create(in: secrets.directory)
    let other = try Vault.create(in: elsewhere.directory)
    let tags = [
      vault.userTag("user_42"), vault.userTag("user_43"), vault.userTag(""),
      other.userTag("user_42"),
      vault.clientTag(address: "::1", userAgent: "curl", month: 24_315),
      vault.clientTag(address: "::1", userAgent: "curl", month: 24_316),
      vault.clientTag(address: "::1c", userAgent: "url", month: 24_315),
      vault.clientTag(address: "", userAgent: "::1curl", month: 24_315),
    ]
    #expect(Set(tags).count == tags.count)
    #expect(vault.importFingerprint([1]) != vault.importFingerprint([2]))
  }

  @Test("The client tag keys of old months are destroyed, in the file too")
  func oldMonths() throws {
    var vault = try Vault.create(in: secrets.directory)
    let user = vault.userTag("user_42")
    let march = vault.clientTag(address: "::1", userAgent: "curl", month: 24_314)
    let april = vault.clientTag(address: "::1", userAgent: "curl", month: 24_315)
    try vault.sync()
    #expect(try vault.destroyClientTagKeys(before: 24_314) == 0)
    #expect(try vault.destroyClientTagKeys(before: 24_315) == 1)
    let reader = try VaultKeys(reading: secrets.directory)
    #expect(reader.clientTagMonths == [24_315])
    #expect(reader.clientTag(address: "::1", userAgent: "curl", month: 24_314) == nil)
    #expect(reader.clientTag(address: "::1", userAgent: "curl", month: 24_315) == april)
    #expect(reader.userTag("user_42") == user)
    #expect(vault.clientTag(address: "::1", userAgent: "curl", month: 24_314) != march)
  }
}
