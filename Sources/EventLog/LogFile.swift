import Glibc

/// An open file that closes itself, with a window of its bytes in reused memory.
struct LogFile: ~Copyable, Sendable {
  private let disk: any Disk
  private let file: DiskFile
  /// Name inside the log's directory.
  let name: String
  /// Bytes of the file when it was opened.
  let size: UInt64
  private var memory = ByteBuffer()
  private var window: Range<UInt64> = 0..<0

  /// Bytes read ahead: large enough that a walk over small blocks is a sequential read.
  private static let windowSize: UInt64 = 256 * 1024

  init(_ disk: any Disk, _ directory: String, _ name: String) throws(LogError) {
    let opened: DiskFile
    let bytes: UInt64
    do throws(DiskError) {
      opened = try disk.open("\(directory)/\(name)", .read)
      do throws(DiskError) {
        bytes = try disk.size(of: opened)
      } catch {
        disk.close(opened)
        throw error
      }
    } catch {
      throw .io(error)
    }
    self.disk = disk
    self.name = name
    file = opened
    size = bytes
  }

  deinit { disk.close(file) }

  /// `count` bytes from `offset`, valid until the next call; nil if the file ends before.
  ///
  /// - Parameter readsAhead: false where what follows is not going to be read.
  mutating func bytes(
    at offset: UInt64, _ count: Int, readsAhead: Bool = true
  ) throws(LogError) -> UnsafeRawBufferPointer? {
    let wanted = offset..<(offset + UInt64(count))
    guard wanted.upperBound <= size else { return nil }
    if wanted.lowerBound < window.lowerBound || wanted.upperBound > window.upperBound {
      let ahead = readsAhead ? offset + Self.windowSize : 0
      let end = min(size, max(wanted.upperBound, ahead))
      window = 0..<0
      let buffer = memory.bytes(Int(end - offset))
      let read: Int
      do {
        read = try disk.read(file, at: offset, into: buffer)
      } catch {
        throw .io(error)
      }
      window = offset..<(offset + UInt64(read))
      guard wanted.upperBound <= window.upperBound else { return nil }
    }
    let start = Int(offset - window.lowerBound)
    return memory.filled(start..<(start + count))
  }

  /// Offset of the first byte at or after `offset` that is not zero.
  mutating func firstNonZero(from offset: UInt64) throws(LogError) -> UInt64? {
    var position = offset
    while position < size {
      let count = Int(min(Self.windowSize, size - position))
      guard let piece = try bytes(at: position, count) else { break }
      if let found = piece.firstNonZero { return position + UInt64(found) }
      position += UInt64(count)
    }
    return nil
  }

  /// Offset of the last byte at or after `offset` that is not zero.
  mutating func lastNonZero(from offset: UInt64) throws(LogError) -> UInt64? {
    var position = offset
    var last: UInt64?
    while position < size {
      let count = Int(min(Self.windowSize, size - position))
      guard let piece = try bytes(at: position, count) else { break }
      if let found = piece.lastNonZero { last = position + UInt64(found) }
      position += UInt64(count)
    }
    return last
  }

  /// The bytes in `range`, copied; fewer if the file ends before.
  mutating func copy(_ range: Range<UInt64>) throws(LogError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(Int(range.upperBound - range.lowerBound))
    var position = range.lowerBound
    while position < range.upperBound {
      let count = Int(min(Self.windowSize, range.upperBound - position))
      guard let piece = try bytes(at: position, count) else { break }
      result.append(contentsOf: piece)
      position += UInt64(count)
    }
    return result
  }

  /// The first sector, or as much of it as there is.
  mutating func header() throws(LogError) -> SegmentHeader {
    let present = Int(min(size, UInt64(SegmentHeader.size)))
    guard let sector = try bytes(at: 0, present, readsAhead: false) else {
      throw .io(DiskError(.read, file.path, code: EIO))
    }
    return try SegmentHeader(decoding: sector, file: name)
  }

  /// The same; nil if the file is all zero, as a crash may leave a segment that was begun.
  mutating func headerUnlessEmpty() throws(LogError) -> SegmentHeader? {
    let present = Int(min(size, UInt64(SegmentHeader.size)))
    if try bytes(at: 0, present, readsAhead: false)?.isAllZero ?? true,
      try firstNonZero(from: 0) == nil
    {
      return nil
    }
    return try header()
  }
}
