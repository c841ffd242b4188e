/// Reads the events of a file, whichever of the formats it has. The content decides, not the
/// name: an array, an object with `Records` (or a digest) and an object that goes on over several
/// lines are documents; else each line is an event.
struct RecordReader: ~Copyable {
  private var lines: LineReader
  private var document: DocumentReader?
  private let limits: CloudTrailLimits

  init(_ file: borrowing OpenFile, limits: CloudTrailLimits) throws(CloudTrailError) {
    self.limits = limits
    lines = LineReader(limits: limits)
    guard let first = try lines.peek(file) else {
      throw CloudTrailError(path: file.path, position: .file, problem: "no CloudTrail records")
    }
    guard try RecordReader.isDocument(first.line, isWhole: first.isWhole, file.path) else {
      return
    }
    let bytes = try lines.takeAll(from: file)
    document = DocumentReader(
      path: file.path, bytes: bytes, base: lines.skipped, limits: limits)
  }

  /// Known once `next` has returned nil.
  var isDigest: Bool { document?.isDigest ?? false }

  /// The next event; nil at the end of a file that is good to its last byte.
  mutating func next(from file: borrowing OpenFile) throws(CloudTrailError) -> CloudTrailEvent? {
    if document != nil { return try document?.next() }
    while let line = try lines.next(from: file) {
      var offset = 0
      offset = JSONParser.skipSpace(line.span, from: offset, to: line.count)
      if offset == line.count { continue }
      do throws(EventProblem) {
        return try RecordReader.event(line)
      } catch {
        throw CloudTrailError(
          path: file.path, position: .line(lines.line), problem: RecordReader.text(error))
      }
    }
    return nil
  }

  private static func event(_ line: [UInt8]) throws(EventProblem) -> CloudTrailEvent {
    var offset = 0
    let text: JSONText
    do {
      text = try JSONParser.value(of: line, at: &offset, to: line.count)
    } catch {
      throw .json(error)
    }
    offset = JSONParser.skipSpace(line.span, from: offset, to: line.count)
    guard offset == line.count else {
      throw .json(JSONProblem(kind: .expected("one JSON object on a line"), offset: offset))
    }
    return try CloudTrailEvent(text.root)
  }

  private static func text(_ problem: EventProblem) -> String {
    guard case .json(let json) = problem else { return problem.description }
    return "\(problem.description), at byte \(json.offset) of the line"
  }

  private static func isDocument(
    _ line: [UInt8], isWhole: Bool, _ path: String
  ) throws(CloudTrailError) -> Bool {
    switch line.first {
    case UInt8(ascii: "["): return true
    case UInt8(ascii: "{"): break
    default:
      throw CloudTrailError(
        path: path, position: .file,
        problem: "not CloudTrail: begins with neither a JSON object nor an array")
    }
    if !isWhole || line.starts(with: "{\"Records\"".utf8) { return true }
    var offset = 0
    do {
      let root = try JSONParser.value(of: line, at: &offset, to: line.count).root
      return root["Records"] != nil || root["digestStartTime"] != nil
    } catch {
      if case .unexpectedEnd = error.kind { return true }
      return false
    }
  }
}
