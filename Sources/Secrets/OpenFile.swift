import Glibc

/// An open file, closed when it goes out of scope. Every failure names the path.
struct OpenFile: ~Copyable {
  /// The owner reads and writes, nobody else does anything.
  static let privateMode: mode_t = 0o600

  let path: String
  private let descriptor: CInt

  init(_ path: String, _ flags: CInt) throws(SecretsError) {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, Self.privateMode)
    guard descriptor >= 0 else { throw SecretsError.last("open", path) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    // Data that matters was synced before; close has nothing left to report.
    _ = Glibc.close(descriptor)
  }

  /// Everything from the start to the end.
  func readAll() throws(SecretsError) -> [UInt8] {
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = pread(descriptor, &chunk, chunk.count, off_t(contents.count))
      if count < 0 {
        if errno == EINTR { continue }
        throw SecretsError.last("read", path)
      }
      if count == 0 { return contents }
      contents.append(contentsOf: chunk[..<count])
    }
  }

  /// Writes all of `bytes` at `offset`. After a failure any part of them may be there.
  func write(_ bytes: [UInt8], at offset: Int) throws(SecretsError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
        return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw SecretsError.last("write", path)
      }
      written += count
    }
  }

  func truncate(to size: Int) throws(SecretsError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      throw SecretsError.last("truncate", path)
    }
  }

  /// Makes contents and metadata durable. A failure is final: the kernel may have dropped the
  /// pages, and a second call would report success.
  func sync() throws(SecretsError) {
    guard fsync(descriptor) == 0 else { throw SecretsError.last("fsync", path) }
  }

  /// Makes contents and size durable.
  func syncData() throws(SecretsError) {
    guard fdatasync(descriptor) == 0 else { throw SecretsError.last("fdatasync", path) }
  }

  /// Takes all rights from group and others, whatever the umask or an older file gave them.
  func makePrivate() throws(SecretsError) {
    guard fchmod(descriptor, Self.privateMode) == 0 else {
      throw SecretsError.last("chmod", path)
    }
  }

  func status() throws(SecretsError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SecretsError.last("stat", path) }
    return FileStatus(status)
  }
}

extension SecretsError {
  /// The error of the system call that has just failed.
  static func last(_ operation: String, _ path: String) -> SecretsError {
    let code = errno
    switch code {
    case ENOENT: return .missing(path: path)
    case EEXIST: return .exists(path: path)
    case ENOTDIR: return .notADirectory(path: path)
    default: return .io(operation: operation, path: path, errno: code)
    }
  }
}
