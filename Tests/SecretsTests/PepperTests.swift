import Secrets
import Testing
import Transparency

@Suite("The pepper")
struct PepperTests {
  let secrets: TemporarySecrets
  let elsewhere: TemporarySecrets

  init() throws {
    secrets = try TemporarySecrets()
    elsewhere = try TemporarySecrets()
  }

  @Test("A hash is HMAC-SHA256 of the secret under each pepper in the file")
  func golden() throws {
    _ = try Pepper.create(in: secrets.directory)
    try secrets.overwrite(secrets.directory.pepperPath, [UInt8](GoldenFiles.pepper.utf8))
    let pepper = try Pepper.load(from: secrets.directory)
    let hashes = pepper.hash(secret: "secret")
    #expect(hashes.map { Hex.encode($0.hash) } == GoldenFiles.pepperedHashes)
    #expect(hashes.map(\.pepperVersion) == [2, 1])
    #expect(pepper.currentHash(secret: "secret") == hashes.first)
  }

  @Test("After a rotation the current pepper comes first and the retired one still finds")
  func rotation() throws {
    var pepper = try Pepper.create(in: secrets.directory)
    let old = pepper.currentHash(secret: "secret")
    #expect(try pepper.rotate(in: secrets.directory) == 2)
    #expect(try pepper.rotate(in: secrets.directory) == 3)
    let hashes = pepper.hash(secret: "secret")
    #expect(hashes.map(\.pepperVersion) == [3, 2, 1])
    #expect(hashes.first == pepper.currentHash(secret: "secret"))
    #expect(hashes.last == old)
    #expect(Set(hashes.map(\.hash)).count == 3)
    let read = try Pepper.load(from: secrets.directory)
    #expect(read.currentVersion == 3)
    #expect(read.hash(secret: "secret") == hashes)
  }

  @Test("Two secrets and two installations hash apart")
  func different() throws {
    let pepper = try Pepper.create(in: secrets.directory)
    let other = try Pepper.create(in: elsewhere.directory)
    #expect(pepper.currentHash(secret: "a") != pepper.currentHash(secret: "b"))
    #expect(pepper.currentHash(secret: "a") != other.currentHash(secret: "a"))
  }

  @Test("A flipped bit or a cut anywhere in the file is found")
  func damage() throws {
    var pepper = try Pepper.create(in: secrets.directory)
    _ = try pepper.rotate(in: secrets.directory)
    let path = secrets.directory.pepperPath
    let good = try secrets.bytes(path)
    var damaged = (0..<good.count).map { [UInt8](good[..<$0]) }
    for bit in 0..<(good.count * 8) {
      var changed = good
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      damaged.append(changed)
    }
    for bytes in damaged {
      try secrets.overwrite(path, bytes)
      #expect(throws: SecretsError.self) { _ = try Pepper.load(from: secrets.directory) }
    }
  }
}
