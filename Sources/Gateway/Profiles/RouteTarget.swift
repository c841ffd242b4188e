/// The path of a request, taken apart as a server behind would read it: without query,
/// escapes decoded, empty segments dropped.
///
/// A path that two servers could read as two things is refused, because what is decided here and
/// what is done behind would then be two requests.
struct RouteTarget {
  /// Why a target cannot be trusted to mean one thing.
  struct Ambiguity: Error {
    let reason: String
  }

  /// The decoded segments, one behind the other.
  private(set) var bytes: [UInt8] = []
  private(set) var segments: [Range<Int>] = []
  /// `*`, by which `OPTIONS` asks about the server as a whole: no path.
  private(set) var isServer = false

  init(_ target: String) throws(Ambiguity) {
    var target = target
    // One contiguous UTF-8 buffer: a text from elsewhere would be walked ten times slower.
    target.makeContiguousUTF8()
    let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
    if path.elementsEqual("*".utf8) {
      isServer = true
      return
    }
    guard path.count <= ProfileLimits.pathBytes else {
      throw Ambiguity(reason: "a path of more than \(ProfileLimits.pathBytes) bytes")
    }
    guard path.first == UInt8(ascii: "/") || path.isEmpty else {
      throw Ambiguity(reason: "a target that does not begin with '/'")
    }
    bytes.reserveCapacity(path.count)
    var start = 0
    var place = path.startIndex
    while place < path.endIndex {
      let byte = path[place]
      path.formIndex(after: &place)
      if byte == UInt8(ascii: "/") {
        try endSegment(from: &start)
      } else if byte == UInt8(ascii: "%") {
        bytes.append(try Self.escape(path[place...].prefix(2)))
        path.formIndex(&place, offsetBy: 2)
      } else {
        guard (0x21...0x7e).contains(byte) else {
          throw Ambiguity(reason: "a byte 0x\(String(byte, radix: 16)) in the path")
        }
        guard byte != UInt8(ascii: "\\") else { throw Ambiguity(reason: "a backslash in the path") }
        // Some servers end the path here, and others escape it.
        guard byte != UInt8(ascii: "#") else { throw Ambiguity(reason: "a '#' in the path") }
        bytes.append(byte)
      }
    }
    try endSegment(from: &start)
  }

  private mutating func endSegment(from start: inout Int) throws(Ambiguity) {
    guard bytes.count > start else { return }
    let segment = bytes[start...]
    // Some servers cut a segment at ';' before they look for dots.
    let word = segment.prefix { $0 != UInt8(ascii: ";") }
    if word.count <= 2, !word.isEmpty, word.allSatisfy({ $0 == UInt8(ascii: ".") }) {
      throw Ambiguity(reason: "a dot segment in the path")
    }
    if segment.contains(where: { $0 >= 0x80 }), String(validating: segment, as: UTF8.self) == nil {
      throw Ambiguity(reason: "an escape in the path that is not UTF-8")
    }
    segments.append(start..<bytes.count)
    start = bytes.count
  }

  /// The byte of the two digits behind a `%`.
  private static func escape(_ digits: Substring.UTF8View) throws(Ambiguity) -> UInt8 {
    guard digits.count == 2, let high = digits.first.flatMap(nibble),
      let low = digits.last.flatMap(nibble)
    else { throw Ambiguity(reason: "a '%' in the path without two hexadecimal digits") }
    let byte = high << 4 | low
    switch byte {
    case UInt8(ascii: "/"): throw Ambiguity(reason: "an escaped slash in the path")
    case UInt8(ascii: "\\"): throw Ambiguity(reason: "an escaped backslash in the path")
    case 0..<0x20, 0x7f: throw Ambiguity(reason: "an escaped control character in the path")
    default: return byte
    }
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
