import Secrets
import Testing

@Suite("Erasing a subject")
struct VaultErasureTests {
  let secrets: TemporarySecrets
  let path: String

  init() throws {
    secrets = try TemporarySecrets()
    path = secrets.directory.vaultPath
  }

  func contains(_ bytes: [UInt8], _ part: ArraySlice<UInt8>) -> Bool {
    (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)] == part }
  }

  @Test("A destroyed key opens nothing, its bytes are not in the file, and the others open")
  func destroyed() throws {
    var vault = try Vault.create(in: secrets.directory)
    var boxes: [Sealed] = []
    for number in UInt8(0)..<5 {
      boxes.append(try vault.seal(plaintext: [number], kind: .user))
      try vault.sync()
    }
    // Header, two tag keys, then one entry of 64 bytes per subject; the key is at byte 28.
    let entry = (3 + 2) * 64
    let key = try secrets.bytes(path)[(entry + 28)..<(entry + 60)]
    #expect(try contains(secrets.bytes(path), boxes[2].keyID.bytes[...]))
    #expect(try contains(secrets.bytes(path), key))

    #expect(try vault.destroy([boxes[2].keyID]) == 1)

    #expect(try !contains(secrets.bytes(path), boxes[2].keyID.bytes[...]))
    #expect(try !contains(secrets.bytes(path), key))
    #expect(try secrets.names() == ["vault"])
    let reader = try VaultKeys(reading: secrets.directory)
    for (number, box) in boxes.enumerated() {
      let expected = number == 2 ? nil : [UInt8(number)]
      #expect(try vault.open(box, kind: .user) == expected)
      #expect(try reader.open(box, kind: .user) == expected)
    }
  }

  @Test("A key that is unknown or destroyed already changes nothing")
  func unknown() throws {
    var vault = try Vault.create(in: secrets.directory)
    let box = try vault.seal(plaintext: [1], kind: .user)
    try vault.sync()
    #expect(try vault.destroy([box.keyID]) == 1)
    let before = try secrets.bytes(path)
    #expect(try vault.destroy([box.keyID]) == 0)
    #expect(try vault.destroy([]) == 0)
    #expect(try secrets.bytes(path) == before)
  }

  @Test("Keys staged before an erasure are kept, and those made after it are appended")
  func stagedKeys() throws {
    var vault = try Vault.create(in: secrets.directory)
    let first = try vault.seal(plaintext: [1], kind: .user)
    try vault.sync()
    let second = try vault.seal(plaintext: [2], kind: .user)
    let third = try vault.seal(plaintext: [3], kind: .user)
    #expect(try vault.destroy([first.keyID, third.keyID]) == 2)
    #expect(vault.hasStagedKeys == false)
    let fourth = try vault.seal(plaintext: [4], kind: .client)
    try vault.sync()
    let reader = try VaultKeys(reading: secrets.directory)
    #expect(try reader.open(first, kind: .user) == nil)
    #expect(try reader.open(second, kind: .user) == [2])
    #expect(try reader.open(third, kind: .user) == nil)
    #expect(try reader.open(fourth, kind: .client) == [4])
  }
}
