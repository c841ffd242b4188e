import Glibc
import Synchronization

/// The number of durable records, published by the writer to other processes: eight bytes,
/// little-endian, in a file that both map. It holds only while the writer lives.
package final class DurableSize: @unchecked Sendable {
  // Unchecked: the pointer never changes after init, and what it points to is atomic.
  private let cell: UnsafeMutablePointer<Atomic<UInt64>>

  private static let size = MemoryLayout<UInt64>.size

  /// For the writer: makes the file if it is missing.
  convenience init(writing path: String) throws(LogError) {
    try self.init(path, O_RDWR | O_CREAT, PROT_READ | PROT_WRITE)
  }

  /// For readers.
  package convenience init(reading path: String) throws(LogError) {
    try self.init(path, O_RDONLY, PROT_READ)
  }

  private init(_ path: String, _ flags: Int32, _ protection: Int32) throws(LogError) {
    let file = open(path, flags | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .io(DiskError(.open, path, code: errno)) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .io(DiskError(.size, path, code: errno)) }
    if status.st_size < Self.size {
      // A page beyond the end of its file cannot be touched.
      guard protection & PROT_WRITE != 0 else { throw .io(DiskError(.map, path, code: ENODATA)) }
      guard ftruncate(file, off_t(Self.size)) == 0 else {
        throw .io(DiskError(.truncate, path, code: errno))
      }
    }
    guard let address = mmap(nil, Self.size, protection, MAP_SHARED, file, 0),
      address != MAP_FAILED
    else { throw .io(DiskError(.map, path, code: errno)) }
    cell = address.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  deinit { munmap(cell, Self.size) }

  /// Records.
  package var value: UInt64 {
    UInt64(littleEndian: cell.pointee.load(ordering: .acquiring))
  }

  func publish(_ records: UInt64) {
    cell.pointee.store(records.littleEndian, ordering: .releasing)
  }
}
