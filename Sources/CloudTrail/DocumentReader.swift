/// Reads the events of one JSON document held in memory: `{"Records":[…]}`, an array, or a single
/// event. Each record is parsed by itself, so that only one is in memory as more than its bytes.
struct DocumentReader {
  private enum Stage {
    case start
    case members(isFirst: Bool)
    case records(isFirst: Bool, areMember: Bool)
    case trailing(isObject: Bool)
    case end
  }

  private let path: String
  private let bytes: [UInt8]
  /// The place of `bytes[0]` in the text.
  private let base: Int
  private let limits: CloudTrailLimits

  private var offset = 0
  private var stage = Stage.start
  private var record = 0
  private var hasRecords = false
  private var hasDigestTime = false

  init(path: String, bytes: [UInt8], base: Int, limits: CloudTrailLimits) {
    self.path = path
    self.bytes = bytes
    self.base = base
    self.limits = limits
  }

  /// Known once `next` has returned nil: what CloudTrail signs its files with, not events.
  var isDigest: Bool { hasDigestTime && !hasRecords }

  /// The next event; nil at the end of a document that is well formed to its last byte.
  mutating func next() throws(CloudTrailError) -> CloudTrailEvent? {
    while true {
      switch stage {
      case .start: try start()
      case .members(let isFirst): try member(isFirst: isFirst)
      case .records(let isFirst, let areMember):
        guard try hasNext(before: UInt8(ascii: "]"), isFirst: isFirst) else {
          stage = areMember ? .members(isFirst: false) : .trailing(isObject: false)
          continue
        }
        stage = .records(isFirst: false, areMember: areMember)
        return try event()
      case .trailing(let isObject):
        try trailing()
        guard isObject, !hasRecords, !isDigest else { continue }
        offset = 0
        return try event()
      case .end: return nil
      }
    }
  }

  private mutating func start() throws(CloudTrailError) {
    let opening = try byte()
    guard opening == UInt8(ascii: "{") || opening == UInt8(ascii: "[") else {
      throw error("expected a JSON object or array")
    }
    offset += 1
    stage =
      opening == UInt8(ascii: "{")
      ? .members(isFirst: true) : .records(isFirst: true, areMember: false)
  }

  private mutating func member(isFirst: Bool) throws(CloudTrailError) {
    guard try hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) else {
      stage = .trailing(isObject: true)
      return
    }
    guard try byte() == UInt8(ascii: "\"") else { throw error("expected a name") }
    let name = try value()
    guard try byte() == UInt8(ascii: ":") else { throw error("expected ':'") }
    offset += 1
    guard name.content(0, equals: "Records") else {
      if name.content(0, equals: "digestStartTime") { hasDigestTime = true }
      _ = try value()
      stage = .members(isFirst: false)
      return
    }
    guard !hasRecords else { throw error("a second Records") }
    guard try byte() == UInt8(ascii: "[") else { throw error("Records is not an array") }
    offset += 1
    hasRecords = true
    stage = .records(isFirst: true, areMember: true)
  }

  private mutating func trailing() throws(CloudTrailError) {
    offset = JSONParser.skipSpace(bytes.span, from: offset, to: bytes.count)
    guard offset == bytes.count else { throw error("something follows the JSON document") }
    stage = .end
  }

  private mutating func event() throws(CloudTrailError) -> CloudTrailEvent {
    record += 1
    offset = JSONParser.skipSpace(bytes.span, from: offset, to: bytes.count)
    let position = CloudTrailError.Position.record(record, byte: base + offset)
    let text = try value(of: position)
    do {
      return try CloudTrailEvent(text.root)
    } catch {
      throw CloudTrailError(path: path, position: position, problem: error.description)
    }
  }

  /// Parses the value that follows. A problem in a record is reported as that record's.
  private mutating func value(
    of record: CloudTrailError.Position? = nil
  ) throws(CloudTrailError) -> JSONText {
    let end = min(bytes.count, offset + limits.record)
    do {
      return try JSONParser.value(of: bytes, at: &offset, to: end)
    } catch {
      let place = base + error.offset
      if case .unexpectedEnd = error.kind, end < bytes.count {
        throw CloudTrailError(
          path: path, position: record ?? .byte(place),
          problem: "a value longer than \(limits.record) bytes")
      }
      throw CloudTrailError(
        path: path, position: record ?? .byte(place),
        problem: record == nil ? error.description : "\(error.description), at byte \(place)")
    }
  }

  /// Whether another member or element follows; moves behind the comma before it, or behind the
  /// closing bracket.
  private mutating func hasNext(
    before close: UInt8, isFirst: Bool
  ) throws(CloudTrailError) -> Bool {
    let next = try byte()
    if next == close {
      offset += 1
      return false
    }
    if isFirst { return true }
    guard next == UInt8(ascii: ",") else { throw error("expected ',' or the closing bracket") }
    offset += 1
    return true
  }

  /// The next byte that is not white space, without taking it.
  private mutating func byte() throws(CloudTrailError) -> UInt8 {
    offset = JSONParser.skipSpace(bytes.span, from: offset, to: bytes.count)
    guard offset < bytes.count else { throw error("the JSON document ends in the middle") }
    return bytes[offset]
  }

  private func error(_ problem: String) -> CloudTrailError {
    CloudTrailError(path: path, position: .byte(base + offset), problem: problem)
  }
}
