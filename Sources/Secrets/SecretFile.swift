import Glibc

/// Whole files, read and written so that a crash leaves the old contents or the new, never a part.
///
/// The one place of: temporary file → fsync → rename (or link) → fsync of the directory.
enum SecretFile {
  private static let temporarySuffix = ".tmp"

  /// Refuses a file that group or others can read.
  static func read(_ path: String) throws(SecretsError) -> [UInt8] {
    let file = try OpenFile(path, O_RDONLY)
    try file.status().requirePrivate(path)
    return try file.readAll()
  }

  /// Puts `contents` in the place of what is there, if anything is.
  static func replace(_ path: String, with contents: [UInt8]) throws(SecretsError) {
    let temporary = try writeTemporary(for: path, contents)
    guard rename(temporary, path) == 0 else { throw SecretsError.last("rename", temporary) }
    try syncDirectory(of: path)
  }

  /// Like `replace`, but refuses to overwrite.
  static func create(_ path: String, with contents: [UInt8]) throws(SecretsError) {
    let temporary = try writeTemporary(for: path, contents)
    let refusal = link(temporary, path) == 0 ? nil : SecretsError.last("link", path)
    guard unlink(temporary) == 0 else { throw SecretsError.last("unlink", temporary) }
    if let refusal { throw refusal }
    try syncDirectory(of: path)
  }

  /// Makes the names in the directory that holds `path` durable.
  static func syncDirectory(of path: String) throws(SecretsError) {
    let name = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    let directory = try OpenFile(name.isEmpty ? "/" : name, O_RDONLY | O_DIRECTORY)
    try directory.sync()
  }

  /// Writes a private file beside `path` and makes it durable. What an earlier crash left under
  /// the same name is overwritten.
  private static func writeTemporary(
    for path: String, _ contents: [UInt8]
  ) throws(SecretsError) -> String {
    let temporary = path + temporarySuffix
    let file = try OpenFile(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
    try file.makePrivate()
    try file.write(contents, at: 0)
    try file.sync()
    return temporary
  }
}
