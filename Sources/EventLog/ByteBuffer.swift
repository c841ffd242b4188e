/// Memory that grows and is reused. It is never zeroed, and never shrinks.
///
/// Unchecked: the pointer has exactly one owner, because the type cannot be copied.
struct ByteBuffer: ~Copyable, @unchecked Sendable {
  private var memory: UnsafeMutableRawBufferPointer

  init(capacity: Int = 0) {
    memory = .allocate(byteCount: capacity, alignment: MemoryLayout<UInt64>.alignment)
  }

  deinit { memory.deallocate() }

  /// The first `count` bytes, with their content kept up to the old capacity.
  mutating func bytes(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if memory.count < count {
      let grown = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(count, memory.count * 2), alignment: MemoryLayout<UInt64>.alignment)
      grown.copyMemory(from: UnsafeRawBufferPointer(memory))
      memory.deallocate()
      memory = grown
    }
    return UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
  }

  /// `range` of what was filled before.
  func filled(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: memory[range])
  }
}
