/// A checkpoint that its log has signed, and the witnesses that have seen it.
package struct VerifiedCheckpoint: Hashable, Sendable {
  package let checkpoint: Checkpoint
  package let cosignatures: [VerifiedSignature]

  /// Requires the log's own signature, whoever else has signed, and an origin equal to the log
  /// key's name, so that a checkpoint of another log under the same key is refused.
  package init(
    _ note: SignedNote, log: VerifierKey, witnesses: [VerifierKey] = []
  ) throws(NoteError) {
    let verified = try note.verify([log] + witnesses)
    guard verified.contains(where: { $0.key == log }) else {
      throw .missingSignature(key: "\(log.name)+\(log.keyID)")
    }
    let checkpoint = try Checkpoint(parsing: note.text)
    guard checkpoint.origin.utf8.elementsEqual(log.name.utf8) else {
      throw .wrongOrigin(found: checkpoint.origin, expected: log.name)
    }
    self.checkpoint = checkpoint
    cosignatures = verified.filter { $0.key.algorithm == .cosignature }
  }
}
