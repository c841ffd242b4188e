internal import EventLog
package import Ledger
package import Transparency

/// State saved at a log size, signed by the log's key: an edited snapshot would steer decisions.
/// Disposable. The file is a signed note, its length in front, and the state's canonical encoding.
package struct Snapshot: Sendable {
  package var state: LedgerState
  package var digest: Digest
  /// The leaf hash of the last record the state is folded from. A snapshot of another history, such
  /// as one from before an older copy of the log was put back, has another.
  package var lastLeaf: Digest

  private static let firstLine = "keyledger-snapshot/v1"

  /// What the note says; read without reading the state.
  package struct Header: Sendable {
    package var logSize: UInt64
    package var lastHappened: Timestamp
    package var digest: Digest
    package var lastLeaf: Digest

    var text: String {
      """
      \(Snapshot.firstLine)
      \(logSize)
      \(lastHappened.microseconds)
      \(digest.base64)
      \(lastLeaf.base64)

      """
    }

    init(logSize: UInt64, lastHappened: Timestamp, digest: Digest, lastLeaf: Digest) {
      self.logSize = logSize
      self.lastHappened = lastHappened
      self.digest = digest
      self.lastLeaf = lastLeaf
    }

    init?(parsing text: String) {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      guard lines.count == 6, lines[0] == Snapshot.firstLine, lines[5].isEmpty,
        let logSize = UInt64(lines[1]), let happened = Int64(lines[2]),
        let digest = Digest(base64: lines[3]), let lastLeaf = Digest(base64: lines[4])
      else { return nil }
      self.init(
        logSize: logSize, lastHappened: Timestamp(microseconds: happened), digest: digest,
        lastLeaf: lastLeaf)
    }
  }

  package static func write(
    _ state: LedgerState, lastLeaf: Digest, to path: String, signedBy key: SigningKey
  ) throws(StoreError) {
    let encoded = try StateDigest.encode(state)
    let header = Header(
      logSize: state.logSize, lastHappened: state.lastHappened,
      digest: SHA256Hash.digest(encoded), lastLeaf: lastLeaf)
    let signature: NoteSignature
    do throws(NoteError) { signature = try key.sign(header.text) } catch {
      throw .invalid("the snapshot could not be signed: \(error)")
    }
    guard let note = SignedNote(text: header.text, signatures: [signature]) else {
      throw .invalid("the snapshot could not be signed")
    }
    var bytes: [UInt8] = []
    let length = UInt32(note.bytes.count)
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(shift)))
    }
    bytes += note.bytes
    bytes += encoded
    try StoreError.file { () throws(FileError) in try SmallFile.replace(path, with: bytes) }
  }

  /// Throws `.tampered` for a file that the log's key did not sign as it stands.
  package static func read(_ path: String, key: VerifierKey) throws(StoreError) -> Snapshot {
    let bytes = try StoreError.file { () throws(FileError) in try SmallFile.read(path) }
    guard bytes.count >= 4 else { throw .tampered(path: path, problem: "not a snapshot") }
    let length = (0..<4).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard length <= bytes.count - 4 else { throw .tampered(path: path, problem: "not a snapshot") }
    let note: SignedNote
    do throws(NoteError) {
      note = try SignedNote(parsing: Array(bytes[4..<4 + length]))
      _ = try note.verify([key])
    } catch {
      throw .tampered(path: path, problem: "the snapshot's signature does not verify: \(error)")
    }
    guard let header = Header(parsing: note.text) else {
      throw .tampered(path: path, problem: "signed by the log's key, but not a snapshot")
    }
    let encoded = Array(bytes[(4 + length)...])
    guard SHA256Hash.digest(encoded) == header.digest else {
      throw .tampered(path: path, problem: "the state is not the one that was signed")
    }
    let state: LedgerState
    do throws(WireError) {
      state = try encoded.span.bytes.withUnsafeBytes { (bytes) throws(WireError) in
        try LedgerState(decoding: bytes)
      }
    } catch {
      throw .damaged(path: path, expected: "a state this version reads (\(error))")
    }
    guard state.logSize == header.logSize else {
      throw .tampered(path: path, problem: "the state is of another log size than the snapshot")
    }
    return Snapshot(state: state, digest: header.digest, lastLeaf: header.lastLeaf)
  }
}

/// SHA-256 of the canonical encoding of the state.
package enum StateDigest {
  package static func of(_ state: LedgerState) throws(StoreError) -> Digest {
    SHA256Hash.digest(try encode(state))
  }

  static func encode(_ state: LedgerState) throws(StoreError) -> [UInt8] {
    do throws(WireError) { return try state.encode() } catch {
      throw .invalid("the state cannot be encoded: \(error)")
    }
  }
}
