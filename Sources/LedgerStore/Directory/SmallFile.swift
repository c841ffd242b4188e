internal import Glibc

/// A failed file operation.
package struct FileError: Error, Sendable, CustomStringConvertible {
  package var operation: String
  package var path: String
  package var code: Int32

  static func last(_ operation: String, _ path: String) -> FileError {
    FileError(operation: operation, path: path, code: errno)
  }

  package var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

  package var description: String { "\(path): \(operation): \(String(cString: strerror(code)))" }
}

/// Whole small files, and the one way in which the store replaces a file: temporary file, fsync,
/// rename, fsync of the directory.
package enum SmallFile {
  /// More than any file read here has; a larger one is not what it says.
  private static let limit = 1 << 31

  package static func read(_ path: String) throws(FileError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .last("open", path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .last("stat", path) }
    guard status.st_size < limit else {
      throw FileError(operation: "read", path: path, code: EFBIG)
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var count = 0
    while count < bytes.count {
      let size = bytes.count - count
      let got = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress! + count, size) }
      if got < 0 {
        if errno == EINTR { continue }
        throw .last("read", path)
      }
      if got == 0 { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }

  package static func readText(_ path: String) throws(FileError) -> String {
    String(decoding: try read(path), as: UTF8.self)
  }

  package static func replace(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o644
  ) throws(FileError) {
    let temporary = "\(path).new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw .last("open", temporary) }
    do throws(FileError) {
      try write(file, bytes, temporary)
      guard fsync(file) == 0 else { throw .last("fsync", temporary) }
    } catch {
      close(file)
      unlink(temporary)
      throw error
    }
    close(file)
    guard rename(temporary, path) == 0 else { throw .last("rename", path) }
    try syncDirectory(of: path)
  }

  package static func makeDirectory(_ path: String, mode: UInt32 = 0o755) throws(FileError) {
    if mkdir(path, mode) != 0, errno != EEXIST { throw .last("mkdir", path) }
  }

  package static func syncDirectory(of path: String) throws(FileError) {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw .last("open", directory) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw .last("fsync", directory) }
  }

  /// Bytes; `nil` for a file that is not there or cannot be examined.
  static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : nil
  }

  /// Names in a directory, sorted; none for a directory that is not there.
  package static func list(_ path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return [] }
      throw .last("opendir", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func write(
    _ file: Int32, _ bytes: [UInt8], _ path: String
  ) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(file, buffer.baseAddress! + written, buffer.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("write", path)
      }
      written += count
    }
  }
}
