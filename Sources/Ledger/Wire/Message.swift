/// A protobuf message whose fields are described once, in `visit`, for encoding, decoding and the
/// comparison with `schemas/`. The hot request record has a codec of its own beside this.
package protocol Message: Sendable {
  init()
  mutating func visit(_ fields: inout some FieldVisitor) throws(WireError)
}

/// What a message tells of each field: its number, its name in the schema, and where it is kept.
/// A plain value is left out of the bytes when it is the type's default; an optional when `nil`.
package protocol FieldVisitor {
  mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T) throws(WireError)
  mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?) throws(WireError)
  /// Packed.
  mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]) throws(WireError)
  mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?) throws(WireError)
  mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]) throws(WireError)
  mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout M?) throws(WireError)
  mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout [M]) throws(WireError)
  mutating func fixed(
    _ number: Int, _ name: StaticString, _ value: inout UInt64) throws(WireError)
}

/// A value kept as a varint.
package protocol VarintValue: Equatable, Sendable {
  /// The type's name in the schema.
  static var schemaType: String { get }
  /// What a missing field means.
  static var absent: Self { get }
  init?(varint: UInt64)
  var varint: UInt64 { get }
}

extension UInt64: VarintValue {
  package static let schemaType = "uint64"
  package static let absent: UInt64 = 0
  package init?(varint: UInt64) { self = varint }
  package var varint: UInt64 { self }
}

extension UInt32: VarintValue {
  package static let schemaType = "uint32"
  package static let absent: UInt32 = 0
  package init?(varint: UInt64) { self.init(exactly: varint) }
  package var varint: UInt64 { UInt64(self) }
}

extension Int64: VarintValue {
  package static let schemaType = "int64"
  package static let absent: Int64 = 0
  package init?(varint: UInt64) { self.init(bitPattern: varint) }
  package var varint: UInt64 { UInt64(bitPattern: self) }
}

extension Bool: VarintValue {
  package static let schemaType = "bool"
  package static let absent = false
  package init?(varint: UInt64) {
    guard varint <= 1 else { return nil }
    self = varint == 1
  }
  package var varint: UInt64 { self ? 1 : 0 }
}

extension Timestamp: VarintValue {
  package static let schemaType = "int64"
  package static let absent = Timestamp(microseconds: 0)
  package init?(varint: UInt64) { self.init(microseconds: Int64(bitPattern: varint)) }
  package var varint: UInt64 { UInt64(bitPattern: microseconds) }
}

extension Ordinal: VarintValue {
  package static var schemaType: String { "uint32" }
  package static var absent: Self { Self(UInt32(0)) }
  package init?(varint: UInt64) {
    guard let value = UInt32(exactly: varint) else { return nil }
    self.init(value)
  }
  package var varint: UInt64 { UInt64(value) }
}

extension SequenceNumber: VarintValue {
  package static let schemaType = "uint64"
  package static let absent = SequenceNumber(0)
  package init?(varint: UInt64) { self.init(varint) }
  package var varint: UInt64 { value }
}

/// A value kept as bytes or text.
package protocol BytesValue: Equatable, Sendable {
  static var schemaType: String { get }
  init?(wireBytes: UnsafeRawBufferPointer)
  func appendWireBytes(to bytes: inout [UInt8])
}

extension String: BytesValue {
  package static let schemaType = "string"
  package init?(wireBytes: UnsafeRawBufferPointer) {
    self.init(validating: wireBytes, as: UTF8.self)
  }
  package func appendWireBytes(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

extension [UInt8]: BytesValue {
  package static let schemaType = "bytes"
  package init?(wireBytes: UnsafeRawBufferPointer) { self.init(wireBytes) }
  package func appendWireBytes(to bytes: inout [UInt8]) { bytes.append(contentsOf: self) }
}

extension Tag: BytesValue {
  package static let schemaType = "bytes"
  package init?(wireBytes: UnsafeRawBufferPointer) { self.init(wireBytes) }
  package func appendWireBytes(to bytes: inout [UInt8]) { bytes.append(contentsOf: self.bytes) }
}

extension SecretHash: BytesValue {
  package static let schemaType = "bytes"
  package init?(wireBytes: UnsafeRawBufferPointer) { self.init(wireBytes) }
  package func appendWireBytes(to bytes: inout [UInt8]) { bytes.append(contentsOf: self.bytes) }
}
