import Glibc

/// The exclusive right to write a data directory: `flock` on a file that names its holder. The
/// kernel frees it when the process ends, however it ends.
package struct DirectoryLock: ~Copyable, Sendable {
  private let file: Int32

  /// A probe by `holder` has the lock, shared, for some microseconds; so a refusal is believed
  /// only after these many attempts, this far apart.
  private static let attempts = 20
  private static let microsecondsBetweenAttempts: UInt32 = 1_000

  /// Takes the lock, or throws `.locked` with the process that has it.
  ///
  /// - Parameter program: what a refused process is told.
  package init(path: String, program: String) throws(LogError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .io(DiskError(.lock, path, code: errno)) }
    var attempt = 1
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EWOULDBLOCK, attempt < Self.attempts {
        attempt += 1
        usleep(Self.microsecondsBetweenAttempts)
        continue
      }
      let holder = Self.content(descriptor)
      close(descriptor)
      throw code == EWOULDBLOCK ? .locked(holder) : .io(DiskError(.lock, path, code: code))
    }
    let line = [UInt8](LockHolder(pid: getpid(), program: program).line.utf8)
    guard ftruncate(descriptor, 0) == 0,
      pwrite(descriptor, line, line.count, 0) == line.count
    else {
      let code = errno
      close(descriptor)
      throw .io(DiskError(.lock, path, code: code))
    }
    file = descriptor
  }

  deinit { close(file) }

  /// The live process that has the lock at `path`, if any. Works on a read-only copy, and does
  /// not disturb a writer that is starting.
  package static func holder(path: String) throws(LogError) -> LockHolder? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .io(DiskError(.lock, path, code: errno))
    }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    guard errno == EWOULDBLOCK else { throw .io(DiskError(.lock, path, code: errno)) }
    return content(descriptor)
  }

  private static func content(_ descriptor: Int32) -> LockHolder {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return LockHolder(line: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
  }
}
