/// Integers as the vault file stores them.
enum LittleEndian {
  static func append(_ value: some FixedWidthInteger, to output: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
  }

  /// The caller has checked that the bytes are there.
  static func load<Value: FixedWidthInteger & UnsignedInteger>(
    _ type: Value.Type, from bytes: ArraySlice<UInt8>, at offset: Int
  ) -> Value {
    let start = bytes.startIndex + offset
    return bytes[start..<(start + MemoryLayout<Value>.size)].reversed().reduce(0) {
      $0 << 8 | Value($1)
    }
  }
}
