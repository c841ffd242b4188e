/// The sequences of steps that make a file durable, all in one place: write under a temporary
/// name, fsync, rename, fsync of the directory.
extension Disk {
  /// Opens `path`, calls `body`, closes.
  func with<R>(
    _ path: String, _ access: DiskAccess, _ body: (DiskFile) throws(DiskError) -> R
  ) throws(DiskError) -> R {
    let file = try open(path, access)
    defer { close(file) }
    return try body(file)
  }

  /// Bytes of zeros written at a time.
  private var zeroPieceSize: UInt64 { 1024 * 1024 }

  /// Writes zeros over `range`. They are written, not merely allocated: an extent that was only
  /// allocated changes its metadata at the first real write, and fdatasync then has to wait for
  /// the file system's journal.
  func writeZeros(_ file: DiskFile, _ range: Range<UInt64>) throws(DiskError) {
    let zeros = [UInt8](
      repeating: 0, count: Int(min(zeroPieceSize, range.upperBound - range.lowerBound)))
    var position = range.lowerBound
    while position < range.upperBound {
      let count = Int(min(UInt64(zeros.count), range.upperBound - position))
      try write(file, at: position, zeros, count: count)
      position += UInt64(count)
    }
  }

  /// True if the file has no byte that is not zero in `range`.
  func isAllZero(_ file: DiskFile, _ range: Range<UInt64>) throws(DiskError) -> Bool {
    var buffer = ByteBuffer()
    var position = range.lowerBound
    while position < range.upperBound {
      let piece = buffer.bytes(Int(min(zeroPieceSize, range.upperBound - position)))
      let count = try read(file, at: position, into: piece)
      guard count > 0 else { return true }
      guard UnsafeRawBufferPointer(rebasing: piece[..<count]).isAllZero else { return false }
      position += UInt64(count)
    }
    return true
  }

  /// Writes the first `count` of `bytes`, all of them unless told otherwise.
  func write(
    _ file: DiskFile, at offset: UInt64, _ bytes: [UInt8], count: Int? = nil
  ) throws(DiskError) {
    let raw = bytes.span.bytes
    try raw.withUnsafeBytes { buffer throws(DiskError) in
      let part = buffer.prefix(count ?? buffer.count)
      try write(file, at: offset, UnsafeRawBufferPointer(rebasing: part))
    }
  }

  /// Makes `directory/name` a durable file of `size` zeros, by way of `temporary`. A failure
  /// leaves nothing under `name`.
  func makeZeroFile(
    _ directory: String, _ name: String, via temporary: String, size: UInt64
  ) throws(DiskError) {
    let path = "\(directory)/\(temporary)"
    do {
      try with(path, .create) { file throws(DiskError) in
        try writeZeros(file, 0..<size)
        try sync(file)
      }
      try publish(directory, temporary, as: name)
    } catch {
      discard(path)
      throw error
    }
  }

  /// Makes `directory/name` a durable file with these bytes. A failure leaves nothing.
  func makeFile(_ directory: String, _ name: String, _ bytes: [UInt8]) throws(DiskError) {
    try with("\(directory)/\(name)", .create) { file throws(DiskError) in
      try write(file, at: 0, bytes)
      try sync(file)
    }
    try syncDirectory(directory)
  }

  /// Gives a synced file its final name, durably.
  func publish(_ directory: String, _ temporary: String, as name: String) throws(DiskError) {
    try rename("\(directory)/\(temporary)", to: "\(directory)/\(name)")
    try syncDirectory(directory)
  }

  /// Removes a file; one that is not there is no failure.
  func removeIfThere(_ path: String) throws(DiskError) {
    do {
      try remove(path)
    } catch  where error.isNotFound {
      return
    }
  }

  /// Removes a temporary file that has no use any more. A failure leaves a file that every
  /// reader ignores and the next opening removes, so it is not worth more than the failure that
  /// led here.
  func discard(_ path: String) {
    do {
      try remove(path)
    } catch {
      return
    }
  }
}
