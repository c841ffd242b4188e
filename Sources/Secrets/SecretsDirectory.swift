import Glibc

/// The directory `secret/`: mode 0700, every file in it 0600. The one place that knows the names
/// of the files in it.
package struct SecretsDirectory: Hashable, Sendable {
  private static let privateMode: mode_t = 0o700

  package let path: String

  package var signingKeyPath: String { path + "/signing.key" }
  package var pepperPath: String { path + "/pepper" }
  package var vaultPath: String { path + "/vault" }

  /// Makes the directory, or opens it where it exists already.
  package init(creating path: String) throws(SecretsError) {
    if mkdir(path, Self.privateMode) == 0 {
      try SecretFile.syncDirectory(of: path)
    } else if errno != EEXIST {
      throw SecretsError.last("mkdir", path)
    }
    try self.init(opening: path)
  }

  /// Refuses a directory that group or others can enter or read, and one that holds a file they
  /// have rights on. Changes nothing.
  package init(opening path: String) throws(SecretsError) {
    self.path = path
    let status = try FileStatus(of: path)
    guard status.isDirectory else { throw .notADirectory(path: path) }
    try status.requirePrivate(path)
    for name in try Self.names(in: path) {
      let file = path + "/" + name
      try FileStatus(of: file).requirePrivate(file)
    }
  }

  /// Writes a small secret of the caller's own, such as a first administrator's token.
  package func replaceFile(
    _ name: String, with contents: [UInt8]
  ) throws(SecretsError) {
    try SecretFile.replace(path + "/" + name, with: contents)
  }

  package func readFile(_ name: String) throws(SecretsError) -> [UInt8] {
    try SecretFile.read(path + "/" + name)
  }

  private static func names(in path: String) throws(SecretsError) -> [String] {
    guard let stream = opendir(path) else { throw SecretsError.last("opendir", path) }
    defer { _ = closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SecretsError.last("readdir", path) }
        return names.sorted()
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
        String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }
}
