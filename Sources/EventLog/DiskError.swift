import Glibc

/// A file operation that the system refused.
package struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case open, size, read, write, fdatasync, fsync, truncate, rename, remove, list, map, lock
    case syncDirectory = "fsync of directory"
  }

  package let operation: Operation
  package let path: String
  /// `errno`.
  package let code: Int32

  package init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// No space, or no quota, is left: the only failure that passes by itself.
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  package var isNotFound: Bool { code == ENOENT }

  package var description: String {
    "\(operation.rawValue) \(path): \(String(cString: strerror(code)))"
  }
}
