/// Writes fields in the order they are visited, which is the order of their numbers, so that one
/// value has one encoding.
package struct WireEncoder: FieldVisitor {
  package private(set) var bytes: [UInt8]

  /// Continues `bytes`, which the caller takes back when it is done.
  package init(continuing bytes: consuming [UInt8] = []) { self.bytes = bytes }

  package consuming func finish() -> [UInt8] { bytes }

  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  package mutating func tag(_ number: Int, _ type: WireType) {
    varint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  /// Writes the length of what `body` writes in front of it. One byte is kept for the length; a
  /// longer body is moved once.
  package mutating func delimited(
    _ number: Int, _ body: (inout WireEncoder) throws(WireError) -> Void
  ) throws(WireError) {
    tag(number, .lengthDelimited)
    let start = bytes.count
    bytes.append(0)
    try body(&self)
    let length = bytes.count - start - 1
    if length < 0x80 {
      bytes[start] = UInt8(length)
    } else {
      var prefix = WireEncoder()
      prefix.varint(UInt64(length))
      bytes.replaceSubrange(start...start, with: prefix.bytes)
    }
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T
  ) {
    guard value != T.absent else { return }
    tag(number, .varint)
    varint(value.varint)
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) {
    guard let present = value else { return }
    tag(number, .varint)
    varint(present.varint)
  }

  package mutating func field<T: VarintValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) throws(WireError) {
    guard !value.isEmpty else { return }
    let values = value
    try delimited(number) { (encoder) throws(WireError) in
      for element in values { encoder.varint(element.varint) }
    }
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout T?
  ) throws(WireError) {
    guard let present = value else { return }
    try delimited(number) { (encoder) throws(WireError) in
      present.appendWireBytes(to: &encoder.bytes)
    }
  }

  package mutating func field<T: BytesValue>(
    _ number: Int, _ name: StaticString, _ value: inout [T]
  ) throws(WireError) {
    for element in value {
      var present: T? = element
      try field(number, name, &present)
    }
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout M?
  ) throws(WireError) {
    guard var present = value else { return }
    try delimited(number) { (encoder) throws(WireError) in try present.visit(&encoder) }
  }

  package mutating func field<M: Message>(
    _ number: Int, _ name: StaticString, _ value: inout [M]
  ) throws(WireError) {
    for element in value {
      var present: M? = element
      try field(number, name, &present)
    }
  }

  package mutating func fixed(_ number: Int, _ name: StaticString, _ value: inout UInt64) {
    guard value != 0 else { return }
    tag(number, .fixed64)
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }
}
