/// Cuts a JSON document into its records: the elements of the array it is, or of its `Records`;
/// an object without `Records` is a record itself. By structure only: a record is parsed by whoever
/// takes it, and other members of the document are passed over.
///
/// Holds one record, and the beginning of an object while that may be a record itself.
struct RecordSplitter {
  struct Record {
    let bytes: [UInt8]
    /// A line if the document is a single object on one line, which may be the first of several.
    let position: CloudTrailError.Position
  }

  private enum Phase {
    case start, firstMember, member, behindMember, firstElement, element, end
  }

  private static let recordsName = "Records"
  private static let digestName = "digestStartTime"
  /// A name that matters, in quotes, with each character as `\u00xx`.
  private static let longestName = 6 * max(recordsName.utf8.count, digestName.utf8.count) + 2

  private let limits: CloudTrailLimits
  private var phase = Phase.start
  private var hasRecords = false
  private var hasDigest = false
  /// How many records were begun.
  private var record = 0
  /// Where the document begins.
  private var line = 1
  private var start = 0
  /// What was taken of the document while it may be a record itself and is not too long.
  private var whole: [UInt8]?

  init(limits: CloudTrailLimits) {
    self.limits = limits
  }

  /// CloudTrail's signatures of other files. Known at the end.
  var isDigest: Bool { hasDigest && !hasRecords }

  /// The next record; nil at the end of a document that nothing but white space follows.
  mutating func next(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> Record? {
    while true {
      var record: Record?
      switch phase {
      case .start: try begin(&text, file)
      case .firstMember, .member: record = try member(&text, file)
      case .behindMember: record = try behindMember(&text, file)
      case .firstElement, .element: record = try element(&text, file)
      case .end:
        guard try skipSpace(&text, file) == nil else {
          throw notJSON("something follows the document", at: .byte(text.offset), file)
        }
        return nil
      }
      if let record { return record }
    }
  }

  private mutating func begin(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) {
    var spaces = 0
    while try text.fill(from: file), text.spaces > 0 {
      spaces += text.spaces
      guard spaces <= limits.record else {
        throw CloudTrailError(
          path: file.path, position: .file,
          problem: "begins with more than \(limits.record) bytes of white space")
      }
      line += text.piece[text.head..<(text.head + text.spaces)].count { $0 == UInt8(ascii: "\n") }
      text.take(text.spaces)
    }
    guard try text.fill(from: file) else {
      throw CloudTrailError(path: file.path, position: .file, problem: "no CloudTrail records")
    }
    start = text.offset
    switch text.piece[text.head] {
    case UInt8(ascii: "["): phase = .firstElement
    case UInt8(ascii: "{"): (phase, whole) = (.firstMember, [])
    default:
      throw CloudTrailError(
        path: file.path, position: .file,
        problem: "not CloudTrail: begins with neither a JSON object nor an array")
    }
    take(1, &text)
  }

  // MARK: - Members of the document

  private mutating func member(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> Record? {
    let byte = try visible(&text, file)
    if phase == .firstMember, byte == UInt8(ascii: "}") { return try behindMember(&text, file) }
    guard byte == UInt8(ascii: "\"") else {
      throw notJSON("a member's name is missing", at: .byte(text.offset), file)
    }
    let place = CloudTrailError.Position.byte(text.offset)
    let name = try value(keeping: RecordSplitter.longestName, place, &text, file)
    guard try visible(&text, file) == UInt8(ascii: ":") else {
      throw notJSON("a colon is missing", at: .byte(text.offset), file)
    }
    take(1, &text)
    let first = try visible(&text, file)
    switch name.flatMap(RecordSplitter.decoded) {
    case RecordSplitter.recordsName?:
      try beginRecords(first, at: place, file)
      take(1, &text)
      return nil
    case RecordSplitter.digestName?: hasDigest = true
    default: break
    }
    _ = try value(keeping: 0, .byte(text.offset), &text, file)
    phase = .behindMember
    return nil
  }

  /// A second `Records` would be dropped by one reader and taken by another.
  private mutating func beginRecords(
    _ first: UInt8, at place: CloudTrailError.Position, _ file: borrowing OpenFile
  ) throws(CloudTrailError) {
    guard !hasRecords else {
      throw CloudTrailError(path: file.path, position: place, problem: "a second Records")
    }
    guard first == UInt8(ascii: "[") else {
      throw CloudTrailError(path: file.path, position: place, problem: "Records is not an array")
    }
    (hasRecords, whole, phase) = (true, nil, .firstElement)
  }

  private mutating func behindMember(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> Record? {
    switch try visible(&text, file) {
    case UInt8(ascii: ","):
      take(1, &text)
      phase = .member
      return nil
    case UInt8(ascii: "}"):
      take(1, &text)
      phase = .end
      if hasRecords || isDigest { return nil }
    default:
      throw notJSON("neither a comma nor } behind a member", at: .byte(text.offset), file)
    }
    record = 1
    guard let whole else { throw tooLong(.record(1, byte: start), file) }
    let isLine = !whole.contains(UInt8(ascii: "\n"))
    return Record(bytes: whole, position: isLine ? .line(line) : .record(1, byte: start))
  }

  /// A member's name, in quotes; nil if it is none that could be decoded.
  private static func decoded(_ name: [UInt8]) -> String? {
    guard name.contains(UInt8(ascii: "\\")) else {
      return String(decoding: name.dropFirst().dropLast(), as: UTF8.self)
    }
    do { return try JSONTree.parse(name) as? String } catch { return nil }
  }

  // MARK: - Elements of the array

  private mutating func element(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> Record? {
    if phase == .firstElement, try visible(&text, file) == UInt8(ascii: "]") {
      take(1, &text)
      phase = hasRecords ? .behindMember : .end
      return nil
    }
    _ = try visible(&text, file)
    record += 1
    let position = CloudTrailError.Position.record(record, byte: text.offset)
    guard let bytes = try value(keeping: limits.record, position, &text, file) else {
      throw tooLong(position, file)
    }
    switch try visible(&text, file) {
    case UInt8(ascii: ","): phase = .element
    case UInt8(ascii: "]"): phase = hasRecords ? .behindMember : .end
    default:
      throw notJSON("neither a comma nor ] behind a record", at: .byte(text.offset), file)
    }
    take(1, &text)
    return Record(bytes: bytes, position: position)
  }

  // MARK: - Text

  /// Passes over a value and returns it, or nil if it is longer than `limit`.
  private mutating func value(
    keeping limit: Int, _ position: CloudTrailError.Position,
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> [UInt8]? {
    var scanner = ValueScanner()
    var kept: [UInt8]? = []
    while true {
      let head = text.head
      let end: Int
      let outcome = scanner.scan(text.piece, from: head)
      switch outcome {
      case .ended(let index): end = index
      case .more: end = text.piece.count
      case .bad(let problem): throw notJSON(problem, at: position, file)
      }
      if let count = kept?.count, count + end - head <= limit {
        kept?.append(contentsOf: text.piece[head..<end])
      } else {
        kept = nil
      }
      take(end - head, &text)
      if case .ended = outcome { return kept }
      guard try text.fill(from: file) else {
        throw notJSON("the file ends in the middle", at: position, file)
      }
    }
  }

  /// The next byte that is no white space, which is not taken.
  private mutating func visible(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> UInt8 {
    guard let byte = try skipSpace(&text, file) else {
      throw notJSON("the file ends in the middle", at: .byte(text.offset), file)
    }
    return byte
  }

  /// As `visible`; nil at the end.
  private mutating func skipSpace(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> UInt8? {
    while try text.fill(from: file) {
      take(text.spaces, &text)
      if text.count > 0 { return text.piece[text.head] }
    }
    return nil
  }

  private mutating func take(_ count: Int, _ text: inout TextBuffer) {
    if let held = whole?.count {
      if held + count <= limits.record {
        whole?.append(contentsOf: text.piece[text.head..<(text.head + count)])
      } else {
        whole = nil
      }
    }
    text.take(count)
  }

  private func tooLong(
    _ position: CloudTrailError.Position, _ file: borrowing OpenFile
  ) -> CloudTrailError {
    CloudTrailError(
      path: file.path, position: position, problem: "longer than \(limits.record) bytes")
  }

  private func notJSON(
    _ problem: String, at position: CloudTrailError.Position, _ file: borrowing OpenFile
  ) -> CloudTrailError {
    CloudTrailError(path: file.path, position: position, problem: "not JSON: \(problem)")
  }
}
