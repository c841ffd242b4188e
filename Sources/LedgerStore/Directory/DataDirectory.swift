internal import EventLog
internal import Glibc
package import Transparency

/// Every path in a data directory. A copy of `log/` alone is a data directory too: it answers
/// everything but who the people are.
package struct DataDirectory: Sendable {
  package let root: String
  package let log: String

  /// What `log/` must hold for a directory to be one of ours.
  private static let verifierKeyName = "log.vkey"

  /// Takes any path; `open` says whether there is a log.
  package init(_ path: String) {
    var root = path
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    self.root = root
    let isLogItself =
      access("\(root)/\(Self.verifierKeyName)", F_OK) == 0 && access("\(root)/log", F_OK) != 0
    log = isLogItself ? root : "\(root)/log"
  }

  package var verifierKey: String { "\(log)/\(Self.verifierKeyName)" }
  package var checkpoint: String { "\(log)/checkpoint" }
  package var secret: String { "\(root)/secret" }
  package var state: String { "\(root)/state" }
  package var projection: String { "\(state)/projection.sqlite" }
  package var snapshots: String { "\(state)/snapshots" }
  package var durableSize: String { "\(state)/durable" }
  package var lock: String { "\(root)/lock" }
  package var controlSocket: String { "\(root)/control.sock" }

  /// The key the log is signed with, as `log.vkey` names it.
  package func readVerifierKey() throws(StoreError) -> VerifierKey {
    if access(root, F_OK) != 0, errno == ENOENT { throw .noSuchDirectory(root) }
    let text: String
    do throws(FileError) {
      text = try SmallFile.readText(verifierKey)
    } catch {
      if error.code == ENOENT || error.code == ENOTDIR { throw .notADataDirectory(root) }
      throw .file(error)
    }
    guard let key = VerifierKey(parsing: String(text.prefix { $0 != "\n" })) else {
      throw .damaged(path: verifierKey, expected: "a verifier key: name+id+key")
    }
    return key
  }

  /// The last signed checkpoint as others read it; `nil` where none was signed yet.
  package func readCheckpointBytes() throws(StoreError) -> [UInt8]? {
    try readCheckpoint()?.note.bytes
  }

  /// The last signed checkpoint; `nil` where none was signed yet. Damage and a signature by another
  /// key are errors.
  package func readCheckpoint() throws(StoreError) -> (note: SignedNote, checkpoint: Checkpoint)? {
    let key = try readVerifierKey()
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SmallFile.read(checkpoint)
    } catch {
      if error.code == ENOENT { return nil }
      throw .file(error)
    }
    let note: SignedNote
    let parsed: Checkpoint
    do throws(NoteError) {
      note = try SignedNote(parsing: bytes)
      parsed = try VerifiedCheckpoint(note, log: key).checkpoint
    } catch {
      throw .tampered(path: checkpoint, problem: "\(error)")
    }
    return (note, parsed)
  }
}
