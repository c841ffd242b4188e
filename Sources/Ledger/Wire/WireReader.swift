/// A cursor over the bytes of one message. Every read is checked against the end; the pointer must
/// outlive the reader, which the closures of `LogReader` see to.
package struct WireReader {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var position = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var isAtEnd: Bool { position == bytes.count }

  package mutating func varint() throws(WireError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      // The tenth byte may only bring the 64th bit.
      if shift == 63, byte > 1 { throw .varintTooLong(at: position) }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .truncated(at: position)
  }

  package mutating func fixed64() throws(WireError) -> UInt64 {
    guard bytes.count - position >= 8 else { throw .truncated(at: position) }
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  package mutating func tag() throws(WireError) -> (number: Int, type: WireType) {
    let start = position
    let key = try varint()
    guard let type = WireType(rawValue: UInt8(key & 7)) else {
      throw .unknownWireType(UInt8(key & 7), at: start)
    }
    guard key >> 3 > 0, key >> 3 <= 536_870_911 else { throw .fieldNumberZero(at: start) }
    return (Int(key >> 3), type)
  }

  package mutating func delimited() throws(WireError) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - position) else { throw .truncated(at: position) }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
  }

  /// Passes over a field that nobody asked for.
  package mutating func skip(_ type: WireType) throws(WireError) {
    switch type {
    case .varint: _ = try varint()
    case .fixed64: _ = try fixed64()
    case .lengthDelimited: _ = try delimited()
    case .fixed32:
      guard bytes.count - position >= 4 else { throw .truncated(at: position) }
      position += 4
    }
  }
}
