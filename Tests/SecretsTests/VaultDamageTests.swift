import Secrets
import Testing

@Suite("A damaged or torn vault")
struct VaultDamageTests {
  static let entrySize = 64
  let secrets: TemporarySecrets
  let path: String
  /// Sealed one after the other: the first durable by itself, the others in one batch.
  let boxes: [Sealed]
  let good: [UInt8]

  init() throws {
    secrets = try TemporarySecrets()
    path = secrets.directory.vaultPath
    var vault = try Vault.create(in: secrets.directory)
    var boxes = [try vault.seal(plaintext: [0], kind: .user)]
    try vault.sync()
    for number in UInt8(1)..<12 { boxes.append(try vault.seal(plaintext: [number], kind: .user)) }
    try vault.sync()
    self.boxes = boxes
    good = try secrets.bytes(path)
  }

  /// Byte offset of the entry of a box: after the header and two tag keys.
  func offset(_ box: Int) -> Int { (3 + box) * Self.entrySize }

  func readable(_ keys: VaultKeys) throws -> Int {
    try boxes.count { try keys.open($0, kind: .user) != nil }
  }

  func damage(at offset: Int, _ entry: Int) -> SecretsError {
    .damaged(path: path, offset: offset, expected: "entry \(entry)")
  }

  @Test("A vault cut at any byte of its last entry is read without it, and cut by the writer")
  func cut() throws {
    let last = offset(boxes.count - 1)
    for length in last..<(last + Self.entrySize) {
      try secrets.overwrite(path, [UInt8](good[..<length]))
      #expect(try readable(VaultKeys(reading: secrets.directory)) == boxes.count - 1)
      #expect(try secrets.bytes(path).count == length)
      var vault = try Vault(opening: secrets.directory)
      #expect(try secrets.bytes(path) == [UInt8](good[..<last]))
      #expect(try readable(vault.keys) == boxes.count - 1)
      let next = try vault.seal(plaintext: [99], kind: .user)
      try vault.sync()
      #expect(try VaultKeys(reading: secrets.directory).open(next, kind: .user) == [99])
    }
  }

  @Test("A flipped bit anywhere in the vault is found, by reader and writer")
  func flippedBit() throws {
    for bit in 0..<(good.count * 8) {
      var changed = good
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      try secrets.overwrite(path, changed)
      #expect(throws: SecretsError.self, "bit \(bit)") {
        _ = try VaultKeys(reading: secrets.directory)
      }
      #expect(throws: SecretsError.self, "bit \(bit)") {
        _ = try Vault(opening: secrets.directory)
      }
    }
    #expect(try secrets.bytes(path).count == good.count)
  }

  @Test("An error names the offset of the damaged entry")
  func named() throws {
    var changed = good
    changed[offset(4) + 30] ^= 1
    try secrets.overwrite(path, changed)
    #expect(throws: damage(at: offset(4), 6)) { _ = try VaultKeys(reading: secrets.directory) }
    #expect(damage(at: offset(4), 6).description.contains("byte \(offset(4))"))
  }

  @Test("Sectors of the last batch that were never written are a torn tail, in any order")
  func unwrittenSectors() throws {
    // Entries 8...14 of the file, all of the last batch, fill the sector 512..<1024.
    for range in [512..<1024, 512..<good.count] {
      var torn = good
      for index in range where index < torn.count { torn[index] = 0 }
      try secrets.overwrite(path, torn)
      #expect(try readable(VaultKeys(reading: secrets.directory)) == 5)
      let vault = try Vault(opening: secrets.directory)
      #expect(try readable(vault.keys) == 5)
      #expect(try secrets.bytes(path) == [UInt8](good[..<512]))
      #expect(try readable(VaultKeys(reading: secrets.directory)) == 5)
    }
  }

  @Test("An entry that was durable before a later batch and is all zero is damage")
  func lostSector() throws {
    for lost in 0..<3 {
      var changed = good
      let start = (1 + lost) * Self.entrySize
      for index in start..<(start + Self.entrySize) { changed[index] = 0 }
      try secrets.overwrite(path, changed)
      #expect(throws: damage(at: start, lost)) {
        _ = try VaultKeys(reading: secrets.directory)
      }
    }
  }

  @Test("Two entries exchanged or one repeated are damage")
  func moved() throws {
    let first = good[offset(3)..<offset(4)]
    let second = good[offset(4)..<offset(5)]
    let exchanged = good[..<offset(3)] + second + first + good[offset(5)...]
    try secrets.overwrite(path, [UInt8](exchanged))
    #expect(throws: damage(at: offset(3), 5)) {
      _ = try VaultKeys(reading: secrets.directory)
    }
    try secrets.overwrite(path, good + good[offset(11)...])
    #expect(throws: damage(at: offset(12), 14)) {
      _ = try VaultKeys(reading: secrets.directory)
    }
  }

  @Test("A vault without its header or its tag keys is not opened for writing")
  func beheaded() throws {
    for length in 0..<(3 * Self.entrySize) {
      try secrets.overwrite(path, [UInt8](good[..<length]))
      #expect(throws: SecretsError.self, "\(length) bytes") {
        _ = try Vault(opening: secrets.directory)
      }
      #expect(try secrets.bytes(path).count == length)
    }
  }
}
