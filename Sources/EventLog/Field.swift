import Glibc

/// A field of a fixed layout. Each is placed after the field before it, so that no offset is
/// written as a number.
struct Field {
  /// Bytes from the beginning of the layout.
  let offset: Int
  /// Bytes.
  let width: Int

  var end: Int { offset + width }
  var range: Range<Int> { offset..<end }

  static func first(_ width: Int) -> Field { Field(offset: 0, width: width) }
  func next(_ width: Int) -> Field { Field(offset: end, width: width) }
}

extension UnsafeRawBufferPointer {
  /// The little-endian integer in `field`.
  func integer<T: FixedWidthInteger>(_ field: Field, as type: T.Type = T.self) -> T {
    assert(field.width == MemoryLayout<T>.size)
    precondition(field.end <= count, "field beyond the buffer")
    return T(littleEndian: loadUnaligned(fromByteOffset: field.offset, as: T.self))
  }

  func bytes(_ field: Field) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: self[field.range])
  }

  func hasBytes(_ expected: [UInt8], in field: Field) -> Bool {
    field.end <= count && bytes(field).elementsEqual(expected)
  }

  /// Offset of the first byte that is not zero.
  var firstNonZero: Int? {
    if isAllZero { return nil }
    var position = 0
    while self[position] == 0 { position += 1 }
    return position
  }

  /// Compares the bytes with themselves, one further: equal all the way means all are as the
  /// first.
  var isAllZero: Bool {
    guard let base = baseAddress, count > 0 else { return true }
    return self[0] == 0 && memcmp(base, base + 1, count - 1) == 0
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Stores `value` little-endian in `field`.
  func store<T: FixedWidthInteger>(_ value: T, in field: Field) {
    assert(field.width == MemoryLayout<T>.size)
    precondition(field.end <= count, "field beyond the buffer")
    storeBytes(of: value.littleEndian, toByteOffset: field.offset, as: T.self)
  }

  func store(_ bytes: [UInt8], in field: Field) {
    precondition(bytes.count == field.width && field.end <= count, "field of another width")
    UnsafeMutableRawBufferPointer(rebasing: self[field.range]).copyBytes(from: bytes)
  }
}
