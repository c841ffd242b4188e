import Testing
import Transparency

@Suite("Keys, notes and cosignatures against tlog.json")
struct TlogNoteTests {
  let vectors: TlogVectors
  let log: VerifierKey
  let witness: VerifierKey

  init() throws {
    vectors = try TlogVectors.load()
    log = try #require(VerifierKey(parsing: vectors.logVkey))
    witness = try #require(VerifierKey(parsing: vectors.witnessVkey))
  }

  @Test("Verifier keys are read and written back the same")
  func verifierKeys() {
    #expect(log.description == vectors.logVkey)
    #expect(log.algorithm == .ed25519)
    #expect(witness.description == vectors.witnessVkey)
    #expect(witness.algorithm == .cosignature)
  }

  @Test("The seed gives the log's verifier key")
  func seed() throws {
    let seed = try #require(Hex.decode(vectors.logSeedHex))
    let key = try #require(SigningKey(name: vectors.origin, seed: seed))
    #expect(key.verifierKey == log)
    #expect(key.seed == seed)
  }

  @Test("The checkpoint's log signature and cosignature verify")
  func checkpoint() throws {
    let note = try SignedNote(parsing: vectors.checkpoint)
    #expect(note.description == vectors.checkpoint)
    let verified = try VerifiedCheckpoint(note, log: log, witnesses: [witness])
    #expect(verified.checkpoint.origin == vectors.origin)
    #expect(verified.checkpoint.size == 7)
    #expect(verified.checkpoint.root.base64 == vectors.roots[7])
    #expect(verified.cosignatures.map(\.key) == [witness])
    #expect(verified.cosignatures.map(\.time) == [1_700_000_000])
  }

  @Test("A cosignature alone does not make a checkpoint the log's")
  func witnessAlone() throws {
    let note = try SignedNote(parsing: vectors.checkpoint)
    let witnessed = try #require(SignedNote(text: note.text, signatures: [note.signatures[1]]))
    #expect(try witnessed.verify([log, witness]).map(\.key) == [witness])
    #expect(throws: NoteError.missingSignature(key: "\(log.name)+\(log.keyID)")) {
      try VerifiedCheckpoint(witnessed, log: log, witnesses: [witness])
    }
  }

  @Test("A flipped bit anywhere in a signature, its key id or the time is rejected")
  func flippedSignatureBit() throws {
    let note = try SignedNote(parsing: vectors.checkpoint)
    for (line, key) in [(0, log), (1, witness)] {
      let whole = note.signatures[line].keyID.bytes + note.signatures[line].signature
      for bit in 0..<(whole.count * 8) {
        var changed = whole
        changed[bit / 8] ^= 1 << UInt8(bit % 8)
        let text = "\u{2014} \(key.name) \(Base64.encode(changed))"
        let signature = try #require(NoteSignature(parsing: text))
        let forged = try #require(SignedNote(text: note.text, signatures: [signature]))
        #expect(throws: NoteError.self, "line \(line), bit \(bit)") { try forged.verify([key]) }
      }
    }
  }

  @Test("A flipped bit anywhere in the checkpoint's text is rejected")
  func flippedTextBit() throws {
    let note = try SignedNote(parsing: vectors.checkpoint)
    let length = note.text.utf8.count
    for bit in 0..<(length * 8) {
      var bytes = note.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: NoteError.self, "bit \(bit)") {
        try VerifiedCheckpoint(SignedNote(parsing: bytes), log: log, witnesses: [witness])
      }
    }
  }
}
