import Foundation
import Secrets
import Testing

@Suite("The secrets directory")
struct SecretsDirectoryTests {
  let secrets: TemporarySecrets

  init() throws {
    secrets = try TemporarySecrets()
  }

  /// Every file the target writes.
  func fill() throws {
    _ = try SigningKeyFile.create(in: secrets.directory, origin: "example.org/log")
    var pepper = try Pepper.create(in: secrets.directory)
    _ = try pepper.rotate(in: secrets.directory)
    var vault = try Vault.create(in: secrets.directory)
    let sealed = try vault.seal(plaintext: [1], kind: .user)
    try vault.sync()
    _ = try vault.destroy([sealed.keyID])
    try secrets.directory.replaceFile("admin.token", with: [1, 2, 3])
  }

  @Test("The directory is 0700, every file in it 0600, and no temporary file is left")
  func modes() throws {
    try fill()
    #expect(try secrets.mode(secrets.directory.path) == 0o700)
    #expect(try secrets.names() == ["admin.token", "pepper", "signing.key", "vault"])
    for name in try secrets.names() {
      #expect(try secrets.mode(secrets.directory.path + "/" + name) == 0o600, "\(name)")
    }
    #expect(try SecretsDirectory(opening: secrets.directory.path) == secrets.directory)
    #expect(try secrets.directory.readFile("admin.token") == [1, 2, 3])
  }

  @Test(
    "A directory with any right for group or others is refused, naming path and mode",
    arguments: [0o710, 0o720, 0o740, 0o701, 0o702, 0o704, 0o755])
  func directoryMode(mode: Int) throws {
    let path = secrets.directory.path
    try secrets.setMode(path, mode)
    let expected = SecretsError.readableByOthers(path: path, mode: UInt32(mode))
    #expect(throws: expected) { try SecretsDirectory(opening: path) }
    #expect(throws: expected) { try SecretsDirectory(creating: path) }
    #expect(expected.description.contains(path))
    #expect(expected.description.contains("0" + String(mode, radix: 8)))
  }

  @Test(
    "A file with any right for group or others is refused, by the directory and by its reader",
    arguments: [0o610, 0o620, 0o640, 0o601, 0o602, 0o604, 0o644])
  func fileMode(mode: Int) throws {
    try fill()
    let directory = secrets.directory
    for path in [directory.signingKeyPath, directory.pepperPath, directory.vaultPath] {
      try secrets.setMode(path, mode)
      #expect(throws: SecretsError.readableByOthers(path: path, mode: UInt32(mode))) {
        try SecretsDirectory(opening: directory.path)
      }
      try secrets.setMode(path, 0o600)
    }
    for path in [directory.signingKeyPath, directory.pepperPath, directory.vaultPath] {
      try secrets.setMode(path, mode)
    }
    func refused(_ path: String) -> SecretsError {
      .readableByOthers(path: path, mode: UInt32(mode))
    }
    #expect(throws: refused(directory.signingKeyPath)) {
      _ = try SigningKeyFile.load(from: directory)
    }
    #expect(throws: refused(directory.pepperPath)) { _ = try Pepper.load(from: directory) }
    #expect(throws: refused(directory.vaultPath)) { _ = try Vault(opening: directory) }
    #expect(throws: refused(directory.vaultPath)) { _ = try VaultKeys(reading: directory) }
  }

  @Test("A missing directory and a file in its place are named")
  func missing() throws {
    let missing = secrets.parent.appending(path: "nowhere").path
    #expect(throws: SecretsError.missing(path: missing)) {
      try SecretsDirectory(opening: missing)
    }
    let file = secrets.parent.appending(path: "file").path
    try Data().write(to: URL(filePath: file))
    #expect(throws: SecretsError.notADirectory(path: file)) {
      try SecretsDirectory(opening: file)
    }
  }

  @Test("A missing signing key, pepper or vault is an error that names the file")
  func missingFiles() {
    let directory = secrets.directory
    #expect(throws: SecretsError.missing(path: directory.signingKeyPath)) {
      _ = try SigningKeyFile.load(from: directory)
    }
    #expect(throws: SecretsError.missing(path: directory.pepperPath)) {
      _ = try Pepper.load(from: directory)
    }
    #expect(throws: SecretsError.missing(path: directory.vaultPath)) {
      _ = try Vault(opening: directory)
    }
  }

  @Test("Nothing that exists is overwritten by a second creation")
  func noOverwriting() throws {
    try fill()
    let directory = secrets.directory
    let before = try secrets.names().map { try secrets.bytes(directory.path + "/" + $0) }
    #expect(throws: SecretsError.exists(path: directory.signingKeyPath)) {
      _ = try SigningKeyFile.create(in: directory, origin: "example.org/log")
    }
    #expect(throws: SecretsError.exists(path: directory.pepperPath)) {
      _ = try Pepper.create(in: directory)
    }
    #expect(throws: SecretsError.exists(path: directory.vaultPath)) {
      _ = try Vault.create(in: directory)
    }
    let after = try secrets.names().map { try secrets.bytes(directory.path + "/" + $0) }
    #expect(after == before)
  }

  @Test("What a crash left of a temporary file is overwritten and made private")
  func leftover() throws {
    let temporary = secrets.directory.pepperPath + ".tmp"
    try Data(repeating: 9, count: 10_000).write(to: URL(filePath: temporary))
    try secrets.setMode(temporary, 0o644)
    _ = try Pepper.create(in: secrets.directory)
    #expect(try secrets.mode(secrets.directory.pepperPath) == 0o600)
    #expect(try secrets.names() == ["pepper"])
    #expect(try Pepper.load(from: secrets.directory).currentVersion == 1)
  }
}
