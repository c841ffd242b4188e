import Glibc

/// The kind and the rights of a file or directory.
struct FileStatus {
  private static let permissionBits: mode_t = 0o7777
  private static let otherThanOwner: mode_t = 0o077

  private let mode: mode_t

  init(_ status: stat) {
    mode = status.st_mode
  }

  /// Follows symbolic links: what counts is who can read the secret itself.
  init(of path: String) throws(SecretsError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw SecretsError.last("stat", path) }
    self.init(status)
  }

  var isDirectory: Bool { mode & S_IFMT == S_IFDIR }

  func requirePrivate(_ path: String) throws(SecretsError) {
    guard mode & Self.otherThanOwner == 0 else {
      throw .readableByOthers(path: path, mode: mode & Self.permissionBits)
    }
  }
}
