import Testing
import Transparency

@Suite("Checkpoints")
struct CheckpointTests {
  static let root = NaiveTree.leaf(1)
  static let body = root.base64

  @Test("A checkpoint is signed, read and verified")
  func roundTrip() throws {
    let key = try #require(SigningKey(name: "example.org/log"))
    let checkpoint = try #require(
      Checkpoint(origin: "example.org/log", size: 1234, root: Self.root))
    #expect(checkpoint.text == "example.org/log\n1234\n\(Self.body)\n")
    let note = try SignedNote(parsing: checkpoint.sign(with: key).description)
    let verified = try VerifiedCheckpoint(note, log: key.verifierKey)
    #expect(verified.checkpoint == checkpoint)
    #expect(verified.cosignatures.isEmpty)
  }

  @Test("A checkpoint of another origin under the log's key is refused")
  func wrongOrigin() throws {
    let key = try #require(SigningKey(name: "example.org/log"))
    let checkpoint = try #require(Checkpoint(origin: "example.org/b", size: 1, root: Self.root))
    let note = try checkpoint.sign(with: key)
    #expect(
      throws: NoteError.wrongOrigin(found: "example.org/b", expected: "example.org/log")
    ) {
      try VerifiedCheckpoint(note, log: key.verifierKey)
    }
  }

  @Test(
    "A text that is not exactly three canonical lines is refused",
    arguments: [
      "", "\n", "a\n1\n", "a\n1\n\(body)", "\n1\n\(body)\n", "a\n\n\(body)\n",
      "a\n01\n\(body)\n", "a\n+1\n\(body)\n", "a\n-1\n\(body)\n", "a\n 1\n\(body)\n",
      "a\n0x1\n\(body)\n", "a\n18446744073709551616\n\(body)\n", "a\n1\n\(body.dropLast())\n",
      "a\n1\n\(body)=\n", "a\n1\n \(body)\n", "a\n1\nAAAA\n", "a\n1\n\n",
      "a\n1\n\(body)\nextension\n", "a\n1\n\(body)\n\n", "a\r\n1\n\(body)\n",
      "a\n0\n\(body)\n",
    ])
  func malformed(text: String) {
    #expect(throws: NoteError.self) { try Checkpoint(parsing: text) }
  }

  @Test("The empty tree and the largest size are read")
  func extremes() throws {
    let empty = try Checkpoint(parsing: "a\n0\n\(MerkleTree.emptyRoot.base64)\n")
    #expect(empty.size == 0)
    let largest = try Checkpoint(parsing: "a b\n\(UInt64.max)\n\(Self.body)\n")
    #expect(largest.size == .max)
    #expect(largest.origin == "a b")
  }

  @Test("An origin of several lines or none is refused")
  func origins() {
    for origin in ["", "a\nb", "a\n", "a\tb"] {
      #expect(Checkpoint(origin: origin, size: 1, root: Self.root) == nil)
    }
  }
}
