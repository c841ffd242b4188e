/// An open file of a `Disk`, with its path for error messages.
package struct DiskFile: Hashable, Sendable {
  package let number: Int32
  package let path: String

  package init(number: Int32, path: String) {
    self.number = number
    self.path = path
  }
}

/// How a file is opened.
package enum DiskAccess: Sendable {
  case read
  case readWrite
  /// Read and write; made if it is missing, emptied if it is there.
  case create
}

/// What `EventLog` asks of a file system. The real one is `PosixDisk`; the tests have one in
/// memory that loses, tears and reorders what was not synced.
///
/// Calls are per file operation, never per record, so that the existential costs nothing.
package protocol Disk: Sendable {
  func open(_ path: String, _ access: DiskAccess) throws(DiskError) -> DiskFile
  func close(_ file: DiskFile)
  func size(of file: DiskFile) throws(DiskError) -> UInt64
  /// Fills `buffer` from `offset` and returns the bytes read: fewer only at the end of the file.
  func read(
    _ file: DiskFile, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int
  /// Writes all of `bytes`, or throws with any part of them written.
  func write(
    _ file: DiskFile, at offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) throws(DiskError)
  /// `fdatasync`.
  func syncData(_ file: DiskFile) throws(DiskError)
  /// `fsync`.
  func sync(_ file: DiskFile) throws(DiskError)
  func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError)
  /// Makes creations, renames and removals in a directory durable.
  func syncDirectory(_ path: String) throws(DiskError)
  func rename(_ path: String, to target: String) throws(DiskError)
  func remove(_ path: String) throws(DiskError)
  /// Names without `.` and `..`, in no particular order.
  func list(_ directory: String) throws(DiskError) -> [String]
}
