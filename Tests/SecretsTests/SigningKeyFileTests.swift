import Secrets
import Testing
import Transparency

@Suite("The signing key file")
struct SigningKeyFileTests {
  let secrets: TemporarySecrets

  init() throws {
    secrets = try TemporarySecrets()
  }

  @Test("The key that is read signs as the one that was made")
  func roundTrip() throws {
    let made = try SigningKeyFile.create(in: secrets.directory, origin: "example.org/log")
    let read = try SigningKeyFile.load(from: secrets.directory)
    #expect(read.seed == made.seed)
    #expect(read.verifierKey == made.verifierKey)
    let note = try #require(SignedNote(text: "text\n", signatures: [read.sign("text\n")]))
    #expect(try note.verify([made.verifierKey]).count == 1)
  }

  @Test("A flipped bit anywhere in the file is found")
  func flippedBit() throws {
    _ = try SigningKeyFile.create(in: secrets.directory, origin: "example.org/log")
    let path = secrets.directory.signingKeyPath
    let good = try secrets.bytes(path)
    for bit in 0..<(good.count * 8) {
      var changed = good
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      try secrets.overwrite(path, changed)
      #expect(throws: SecretsError.self, "bit \(bit)") {
        _ = try SigningKeyFile.load(from: secrets.directory)
      }
    }
  }

  @Test("A shortened or lengthened file is found")
  func length() throws {
    _ = try SigningKeyFile.create(in: secrets.directory, origin: "example.org/log")
    let path = secrets.directory.signingKeyPath
    let good = try secrets.bytes(path)
    for changed in (0..<good.count).map({ [UInt8](good[..<$0]) }) + [good + [0x0A]] {
      try secrets.overwrite(path, changed)
      #expect(throws: SecretsError.self, "\(changed.count) bytes") {
        _ = try SigningKeyFile.load(from: secrets.directory)
      }
    }
  }

  @Test("An origin that cannot be the name of a key is refused and leaves no file")
  func origin() throws {
    #expect(throws: SecretsError.invalidOrigin("a b")) {
      _ = try SigningKeyFile.create(in: secrets.directory, origin: "a b")
    }
    #expect(try secrets.names() == [])
  }
}
