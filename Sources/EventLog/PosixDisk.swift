import Glibc

/// The operating system's files.
package struct PosixDisk: Disk {
  package init() {}

  package func open(_ path: String, _ access: DiskAccess) throws(DiskError) -> DiskFile {
    let flags =
      switch access {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .create: O_RDWR | O_CREAT | O_TRUNC
      }
    let number = Glibc.open(path, flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw DiskError(.open, path, code: errno) }
    return DiskFile(number: number, path: path)
  }

  package func close(_ file: DiskFile) {
    // What matters was synced before, and Linux frees the descriptor whatever close answers.
    _ = Glibc.close(file.number)
  }

  package func size(of file: DiskFile) throws(DiskError) -> UInt64 {
    var status = stat()
    guard fstat(file.number, &status) == 0 else {
      throw DiskError(.size, file.path, code: errno)
    }
    return UInt64(status.st_size)
  }

  package func read(
    _ file: DiskFile, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(file.number, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw DiskError(.read, file.path, code: errno)
      }
      done += count
    }
    return done
  }

  package func write(
    _ file: DiskFile, at offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) throws(DiskError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(file.number, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
      if count < 0 {
        // Interrupted before the first byte: nothing was written, so this is no retry.
        if errno == EINTR { continue }
        throw DiskError(.write, file.path, code: errno)
      }
      done += count
    }
  }

  package func syncData(_ file: DiskFile) throws(DiskError) {
    guard fdatasync(file.number) == 0 else {
      throw DiskError(.fdatasync, file.path, code: errno)
    }
  }

  package func sync(_ file: DiskFile) throws(DiskError) {
    guard fsync(file.number) == 0 else { throw DiskError(.fsync, file.path, code: errno) }
  }

  package func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError) {
    guard ftruncate(file.number, off_t(size)) == 0 else {
      throw DiskError(.truncate, file.path, code: errno)
    }
  }

  package func syncDirectory(_ path: String) throws(DiskError) {
    let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { throw DiskError(.syncDirectory, path, code: errno) }
    defer { _ = Glibc.close(number) }
    guard fsync(number) == 0 else { throw DiskError(.syncDirectory, path, code: errno) }
  }

  package func rename(_ path: String, to target: String) throws(DiskError) {
    guard Glibc.rename(path, target) == 0 else {
      throw DiskError(.rename, path, code: errno)
    }
  }

  package func remove(_ path: String) throws(DiskError) {
    guard unlink(path) == 0 else { throw DiskError(.remove, path, code: errno) }
  }

  package func list(_ directory: String) throws(DiskError) -> [String] {
    guard let stream = opendir(directory) else {
      throw DiskError(.list, directory, code: errno)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw DiskError(.list, directory, code: errno) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }
}
