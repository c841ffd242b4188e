import CZlib

/// Decompresses a gzip stream (RFC 1952) piece by piece: one member or several, each with its
/// CRC-32 and length checked by zlib. Anything else behind a member is an error, as is an end in
/// the middle of one.
struct GzipInflater: ~Copyable {
  /// The first two bytes of every gzip file.
  static let magic: [UInt8] = [0x1F, 0x8B]

  enum Problem: Error {
    case outOfMemory
    case truncated
    case trailingBytes
    case damaged(String)

    var description: String {
      switch self {
      case .outOfMemory: "zlib has no memory"
      case .truncated: "the gzip data end in the middle"
      case .trailingBytes: "something that is not gzip follows the gzip data"
      case .damaged(let reason): "damaged gzip data: \(reason)"
      }
    }
  }

  /// zlib keeps a pointer back to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  /// A member has begun and not ended.
  private var isInMember = true
  /// At least one member is complete.
  private var hasMember = false

  init() throws(Problem) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let largestWindow: Int32 = 15
    let gzipOnly: Int32 = 16
    let status = inflateInit2_(
      stream, largestWindow + gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw .outOfMemory
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Decompresses from `input[consumed...]` into the front of `output`; moves `consumed`, and
  /// returns how many bytes came out. 0 means that more input is needed; what zlib still holds
  /// then comes out with it, since the member's CRC-32 is always behind its last output.
  mutating func inflate(
    _ input: inout [UInt8], from consumed: inout Int, to inputEnd: Int,
    into output: inout [UInt8]
  ) throws(Problem) -> Int {
    while consumed < inputEnd {
      if !isInMember {
        inflateReset(stream)
        isInMember = true
      }
      var status = Z_OK
      var produced = 0
      input.withUnsafeMutableBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          stream.pointee.next_in = input.baseAddress.map { $0 + consumed }
          stream.pointee.avail_in = UInt32(inputEnd - consumed)
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          status = CZlib.inflate(stream, Z_NO_FLUSH)
          produced = output.count - Int(stream.pointee.avail_out)
        }
      }
      consumed = inputEnd - Int(stream.pointee.avail_in)
      switch status {
      case Z_OK, Z_BUF_ERROR: break
      case Z_STREAM_END: (isInMember, hasMember) = (false, true)
      case Z_MEM_ERROR: throw .outOfMemory
      default:
        let isHeader = stream.pointee.total_in <= UInt(GzipInflater.magic.count)
        if hasMember, isHeader { throw .trailingBytes }
        throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib \(status)")
      }
      if produced > 0 { return produced }
    }
    return 0
  }

  /// To be called when the input is at its end.
  func finish() throws(Problem) {
    guard isInMember else { return }
    throw hasMember && stream.pointee.total_in < UInt(GzipInflater.magic.count)
      ? .trailingBytes : .truncated
  }
}
