/// Why bytes are not a message of `schemas/event.proto`.
package enum WireError: Error, Equatable, CustomStringConvertible {
  case truncated(at: Int)
  case varintTooLong(at: Int)
  case fieldNumberZero(at: Int)
  case unknownWireType(UInt8, at: Int)
  case wrongWireType(field: Int)
  case valueOutOfRange(field: Int)
  case invalidUTF8(field: Int)
  /// The record holds no event this version knows: it was written by a newer one.
  case unknownEvent

  package var description: String {
    switch self {
    case .truncated(let at): "the record ends in the middle of a field at byte \(at)"
    case .varintTooLong(let at): "a varint longer than ten bytes at byte \(at)"
    case .fieldNumberZero(let at): "field number 0 at byte \(at)"
    case .unknownWireType(let type, let at): "unknown wire type \(type) at byte \(at)"
    case .wrongWireType(let field): "field \(field) has another wire type than the schema says"
    case .valueOutOfRange(let field): "field \(field) holds a value the schema does not allow"
    case .invalidUTF8(let field): "field \(field) is not valid UTF-8"
    case .unknownEvent: "no event this version knows; a newer version wrote it"
    }
  }
}

/// The wire types of the protobuf encoding that occur (groups do not).
package enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}
