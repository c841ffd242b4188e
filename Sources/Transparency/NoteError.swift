/// Why a signed note, a checkpoint or a key's text form is refused.
package enum NoteError: Error, Hashable, Sendable {
  case tooLarge(bytes: Int, limit: Int)
  case notUTF8
  /// A character below U+0020 that is not a newline, at this byte offset.
  case controlCharacter(offset: Int)
  /// There is no empty line between a text that ends in a newline and the signatures.
  case noSignatureBlock
  /// Signature line, counted from 1, that is not `— <name> <base64>`.
  case malformedSignature(line: Int)
  case tooManySignatures(limit: Int)
  /// No line was made by a key the verifier knows.
  case noKnownSignature
  /// A line names a known key, and the signature is not that key's.
  case wrongSignature(key: String)
  /// The key that must have signed has not.
  case missingSignature(key: String)
  /// Line of the checkpoint text, counted from 1, that is not as expected.
  case malformedCheckpoint(line: Int, expected: String)
  /// The checkpoint is of another log.
  case wrongOrigin(found: String, expected: String)
  /// The text cannot be signed as a note.
  case unsignableText
  case signingFailed(reason: String)
}

extension NoteError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooLarge(let bytes, let limit):
      "the note has \(bytes) bytes, more than the limit of \(limit)"
    case .notUTF8:
      "the note is not UTF-8"
    case .controlCharacter(let offset):
      "the note has a control character at byte \(offset)"
    case .noSignatureBlock:
      "the note has no signatures: expected a text, an empty line and signature lines"
    case .malformedSignature(let line):
      "signature line \(line) is malformed: expected \"— <name> <base64>\""
    case .tooManySignatures(let limit):
      "the note has more than \(limit) signatures"
    case .noKnownSignature:
      "no signature was made by a known key"
    case .wrongSignature(let key):
      "the signature of \(key) does not verify"
    case .missingSignature(let key):
      "the signature of \(key) is missing"
    case .malformedCheckpoint(let line, let expected):
      "checkpoint line \(line) is malformed: expected \(expected)"
    case .wrongOrigin(let found, let expected):
      "the checkpoint is of the log \"\(found)\", expected \"\(expected)\""
    case .unsignableText:
      "the text cannot be signed: expected no control characters and a newline at the end"
    case .signingFailed(let reason):
      "the text could not be signed: \(reason)"
    }
  }
}
