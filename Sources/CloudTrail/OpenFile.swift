import Glibc

/// A file opened for reading, closed when this goes away.
struct OpenFile: ~Copyable {
  let path: String
  private let descriptor: Int32

  init(_ path: String) throws(CloudTrailError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OpenFile.failure(path, "cannot be opened") }
  }

  deinit { _ = close(descriptor) }

  /// An error with the reason the system gives.
  static func failure(_ path: String, _ what: String) -> CloudTrailError {
    let reason = String(cString: strerror(errno))
    return CloudTrailError(path: path, position: .file, problem: "\(what): \(reason)")
  }

  /// Reads into `buffer[start...]`, which must not be empty; returns how many bytes, 0 at the end.
  borrowing func read(
    into buffer: inout [UInt8], from start: Int
  ) throws(CloudTrailError) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes {
        let rest = UnsafeMutableRawBufferPointer(rebasing: $0[start...])
        return Glibc.read(descriptor, rest.baseAddress, rest.count)
      }
      if count >= 0 { return count }
      if errno != EINTR { throw OpenFile.failure(path, "cannot be read") }
    }
  }

  /// Goes back to the beginning. A pipe cannot.
  borrowing func rewind() throws(CloudTrailError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw OpenFile.failure(path, "is too large to hold and cannot be read twice")
    }
  }

  /// What changes when someone writes to the file.
  struct Stamp: Equatable {
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  borrowing func stamp() throws(CloudTrailError) -> Stamp {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw OpenFile.failure(path, "cannot be examined")
    }
    return Stamp(
      size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }
}
