import Glibc

/// Why something in the secrets directory cannot be used.
package enum SecretsError: Error, Hashable, Sendable {
  case missing(path: String)
  /// A file that must be new is there already.
  case exists(path: String)
  case notADirectory(path: String)
  /// Group or others have rights on it.
  case readableByOthers(path: String, mode: UInt32)
  /// What stands at the byte offset is not what was written there.
  case damaged(path: String, offset: Int, expected: String)
  case io(operation: String, path: String, errno: Int32)
  /// An earlier write failed, so that what is on disk is unknown until the file is opened again.
  case outcomeUnknown(path: String)
  /// A log's origin that cannot be the name of a key.
  case invalidOrigin(String)
  /// A sealed box that its key does not open: changed, or of another kind.
  case notAuthentic(keyID: SealingKeyID)
  case sealingFailed(reason: String)
}

extension SecretsError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path):
      return "\(path): missing"
    case .exists(let path):
      return "\(path): exists already, and is not overwritten"
    case .notADirectory(let path):
      return "\(path): expected a directory"
    case .readableByOthers(let path, let mode):
      let octal = "0" + String(mode, radix: 8)
      return "\(path): mode \(octal) gives rights to group or others; expected none (chmod go=)"
    case .damaged(let path, let offset, let expected):
      return "\(path): damaged at byte \(offset): expected \(expected)"
    case .io(let operation, let path, let errno):
      return "\(path): \(operation): \(String(cString: strerror(errno)))"
    case .outcomeUnknown(let path):
      return "\(path): an earlier write failed; the file must be opened again"
    case .invalidOrigin(let origin):
      return "\"\(origin)\" cannot be a log's origin: expected no white space and no \"+\""
    case .notAuthentic(let keyID):
      return "the box sealed under key \(keyID) does not authenticate"
    case .sealingFailed(let reason):
      return "a box could not be sealed: \(reason)"
    }
  }
}
