import Glibc

extension UnsafeRawBufferPointer {
  /// The next place at or after `start` where a block's magic is.
  func firstIndex(ofBlockMagicFrom start: Int) -> Int? {
    guard start < count, let base = baseAddress else { return nil }
    let magic = LogFormat.blockMagic
    var position = start
    while position + magic.count <= count,
      let found = memchr(base + position, Int32(magic[0]), count - magic.count + 1 - position)
    {
      position = UnsafeRawPointer(found) - base
      if self[position..<(position + magic.count)].elementsEqual(magic) { return position }
      position += 1
    }
    return nil
  }

  /// Offset of the last byte that is not zero.
  var lastNonZero: Int? {
    var end = count
    while end > 0 {
      let start = end - Swift.min(end, 256)
      if !UnsafeRawBufferPointer(rebasing: self[start..<end]).isAllZero { break }
      end = start
    }
    while end > 0, self[end - 1] == 0 { end -= 1 }
    return end > 0 ? end - 1 : nil
  }
}
