/// Reads fields in whatever order they stand; unknown ones are passed over, a later value of a
/// plain field wins, as protobuf asks.
package struct WireDecoder: FieldVisitor {
  private var reader: WireReader
  private var number = 0
  private var type = WireType.varint
  private var taken = true

  private init(_ bytes: UnsafeRawBufferPointer) { reader = WireReader(bytes) }

  package static func decode<M: Message>(
    _ message: M.Type, from bytes: UnsafeRawBufferPointer
  ) throws(WireError) -> M {
    var result = M()
    try decode(into: &result, from: bytes)
    return result
  }

  package static func decode<M: Message>(
    into result: inout M, from bytes: UnsafeRawBufferPointer
  ) throws(WireError) {
    var decoder = WireDecoder(bytes)
    while !decoder.reader.isAtEnd {
      (decoder.number, decoder.type) = try decoder.reader.tag()
      decoder.taken = false
      try result.visit(&decoder)
      if !decoder.taken { try decoder.reader.skip(decoder.type) }
    }
  }

  private mutating func take(_ number: Int, _ type: WireType) throws(WireError) -> Bool {
    guard number == self.number, !taken else { return false }
    guard type == self.type else { throw .wrongWireType(field: number) }
    taken = true
    return true
  }

  private mutating func varint<T: VarintValue>(_ number: Int) throws(WireError) -> T {
    guard let value = T(varint: try reader.varint()) else { throw .valueOutOfRange(field: number) }
    return value
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T
  ) throws(WireError) {
    if try take(number, .varint) { value = try varint(number) }
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) throws(WireError) {
    if try take(number, .varint) { value = try varint(number) as T }
  }

  /// Accepts the packed form and, as protobuf asks of readers, the unpacked one.
  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) throws(WireError) {
    guard number == self.number, !taken else { return }
    if type == .varint {
      taken = true
      value.append(try varint(number))
    } else if try take(number, .lengthDelimited) {
      var packed = WireReader(try reader.delimited())
      while !packed.isAtEnd {
        guard let element = T(varint: try packed.varint()) else {
          throw .valueOutOfRange(field: number)
        }
        value.append(element)
      }
    }
  }

  private mutating func bytes<T: BytesValue>(_ number: Int) throws(WireError) -> T {
    guard let value = T(wireBytes: try reader.delimited()) else {
      if T.self == String.self { throw .invalidUTF8(field: number) }
      throw .valueOutOfRange(field: number)
    }
    return value
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) throws(WireError) {
    if try take(number, .lengthDelimited) { value = try bytes(number) as T }
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) throws(WireError) {
    if try take(number, .lengthDelimited) { value.append(try bytes(number)) }
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout M?
  ) throws(WireError) {
    guard try take(number, .lengthDelimited) else { return }
    var message = value ?? M()
    try WireDecoder.decode(into: &message, from: try reader.delimited())
    value = message
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout [M]
  ) throws(WireError) {
    guard try take(number, .lengthDelimited) else { return }
    value.append(try WireDecoder.decode(M.self, from: try reader.delimited()))
  }

  package mutating func fixed(
    _ number: Int, _ name: StaticString, _ value: inout UInt64
  ) throws(WireError) {
    if try take(number, .fixed64) { value = try reader.fixed64() }
  }
}
