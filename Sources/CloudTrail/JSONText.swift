import Glibc

/// One parsed JSON value: the bytes it came from and its nodes in document order. A node's
/// descendants follow it; an object's are key, value, key, value.
///
/// Foundation's parsers were measured on the real data (one core): `JSONSerialization` with sorted
/// output 1,600 events/s, `JSONDecoder` to a tree of values 9,000; they also round large numbers
/// and cannot say where in a file an error is.
final class JSONText: Sendable {
  struct Node: Sendable {
    enum Kind: UInt8, Sendable {
      case object, array, string, number, `true`, `false`, null
    }

    var kind: Kind
    /// A string with escapes, which are resolved in its content.
    var isUnescaped = false
    /// Where the content is in `bytes`; for a string, what is between the quotes.
    var start: UInt32
    var end: UInt32
    /// The index of the first node that is not inside this one.
    var next: UInt32

    var range: Range<Int> { Int(start)..<Int(end) }
    var byteCount: Int { Int(end - start) }
  }

  /// The value as it was written, and behind it the strings that had escapes, without them.
  private let bytes: [UInt8]
  let nodes: [Node]

  /// Where the value began in the text it was parsed from.
  let offset: Int

  /// How many bytes it took there.
  var byteCount: Int { nodes[0].byteCount }

  init(bytes: [UInt8], nodes: [Node], offset: Int) {
    self.bytes = bytes
    self.nodes = nodes
    self.offset = offset
  }

  var root: JSONValue { JSONValue(text: self, index: 0) }

  /// The content of a string, the token of anything else.
  func content(_ index: Int) -> ArraySlice<UInt8> { bytes[nodes[index].range] }

  func content(_ index: Int, equals other: StaticString) -> Bool {
    let node = nodes[index]
    guard node.byteCount == other.utf8CodeUnitCount else { return false }
    return bytes.withUnsafeBytes {
      guard let base = $0.baseAddress else { return true }
      return memcmp(base + node.range.lowerBound, other.utf8Start, node.byteCount) == 0
    }
  }

  /// Negative, zero or positive as the one content is bytewise less, equal or greater.
  func compare(_ one: Int, _ other: Int) -> Int {
    let (left, right) = (nodes[one], nodes[other])
    let common = bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map {
        memcmp(
          $0 + left.range.lowerBound, $0 + right.range.lowerBound,
          min(left.byteCount, right.byteCount))
      }
    }
    guard let common, common != 0 else { return left.byteCount - right.byteCount }
    return Int(common)
  }

  /// Rule 1: null, the empty string, and what AWS hides all mean "none".
  func isNone(_ index: Int) -> Bool {
    let node = nodes[index]
    return switch node.kind {
    case .null: true
    case .string:
      node.start == node.end || content(index, equals: "HIDDEN_DUE_TO_SECURITY_REASONS")
    default: false
    }
  }
}
