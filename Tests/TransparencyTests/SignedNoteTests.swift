import Testing
import Transparency

@Suite("Signed notes")
struct SignedNoteTests {
  let key: SigningKey
  let text = "If you think cryptography is the answer\n\nto your problem…\n"

  init() throws {
    key = try #require(SigningKey(name: "example.org/log"))
  }

  func note(_ text: String, by keys: SigningKey...) throws -> SignedNote {
    let signatures = try keys.map { try $0.sign(text) }
    return try #require(SignedNote(text: text, signatures: signatures))
  }

  @Test("A note is written, read and verified, an empty line in its text included")
  func roundTrip() throws {
    let note = try note(text, by: key)
    let read = try SignedNote(parsing: note.description)
    #expect(read == note)
    #expect(read.text == text)
    let verified = try read.verify([key.verifierKey])
    #expect(verified.map(\.key) == [key.verifierKey])
    #expect(verified.map(\.time) == [nil])
  }

  @Test("An unknown key's line is ignored beside a known one, and is not enough alone")
  func unknownKey() throws {
    let stranger = try #require(SigningKey(name: "stranger"))
    let both = try note(text, by: stranger, key)
    #expect(try both.verify([key.verifierKey]).map(\.key) == [key.verifierKey])
    let alone = try note(text, by: stranger)
    #expect(throws: NoteError.noKnownSignature) { try alone.verify([key.verifierKey]) }
  }

  @Test("One wrong line of a known key rejects the note, wherever it stands")
  func wrongLine() throws {
    let wrong = try key.sign("another text\n")
    let right = try key.sign(text)
    for signatures in [[wrong], [right, wrong], [wrong, right]] {
      let note = try #require(SignedNote(text: text, signatures: signatures))
      #expect(throws: NoteError.wrongSignature(key: "\(key.name)+\(key.verifierKey.keyID)")) {
        try note.verify([key.verifierKey])
      }
    }
  }

  @Test("A signature under another name than its key's is unknown")
  func renamed() throws {
    let note = try note(text, by: key)
    let renamed = note.description.replacing("org/log ", with: "net/log ")
    #expect(throws: NoteError.noKnownSignature) {
      try SignedNote(parsing: renamed).verify([key.verifierKey])
    }
  }

  @Test(
    "A malformed note is refused",
    arguments: [
      ("", NoteError.noSignatureBlock),
      ("\n", .noSignatureBlock),
      ("text\n", .noSignatureBlock),
      ("text\n\n", .noSignatureBlock),
      ("text\n\n— a AAAAAAA=", .noSignatureBlock),
      ("text\r\n\n— a AAAAAAA=\n", .controlCharacter(offset: 4)),
      ("text\n\n- a AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n—a AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n—  AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— a+b AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— a\u{A0}b AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— a b AAAAAAA=\n", .malformedSignature(line: 1)),
      ("text\n\n— a AAAAAAA= \n", .malformedSignature(line: 1)),
      ("text\n\n— a AAAAAAA\n", .malformedSignature(line: 1)),
      ("text\n\n— a AAAAAAB=\n", .malformedSignature(line: 1)),
      ("text\n\n— a AAAAAA==\n", .malformedSignature(line: 1)),
      ("text\n\n— a AAAAAAA=\n— b\n", .malformedSignature(line: 2)),
    ])
  func malformed(note: String, expected: NoteError) {
    #expect(throws: expected) { try SignedNote(parsing: note) }
  }

  @Test("Bytes that are not UTF-8 are refused in the text and in a name")
  func notUTF8() {
    let end = [UInt8](" AAAAAAA=\n".utf8)
    let dash = [UInt8]("— ".utf8)
    #expect(throws: NoteError.notUTF8) {
      try SignedNote(parsing: [0xFF, 0x0A, 0x0A] + dash + [0x61] + end)
    }
    #expect(throws: NoteError.notUTF8) {
      try SignedNote(parsing: [0x61, 0x0A, 0x0A] + dash + [0xC0] + end)
    }
  }

  @Test("More signatures or bytes than the limits are refused")
  func limits() {
    let line = "— a AAAAAAA=\n"
    let many = "text\n\n" + String(repeating: line, count: SignedNote.signatureLimit + 1)
    #expect(throws: NoteError.tooManySignatures(limit: 100)) { try SignedNote(parsing: many) }
    let long = String(repeating: "x", count: SignedNote.sizeLimit) + "\n\n" + line
    #expect(throws: NoteError.tooLarge(bytes: long.utf8.count, limit: 1_000_000)) {
      try SignedNote(parsing: long)
    }
  }

  @Test("A text without a last newline, or with a control character, is not signed")
  func unsignable() {
    for text in ["", "text", "te\u{0}xt\n", "text\r\n"] {
      #expect(throws: NoteError.unsignableText) { try key.sign(text) }
      #expect(SignedNote(text: text, signatures: []) == nil)
    }
  }
}
