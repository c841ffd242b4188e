/// Reads the events of a file, whichever of the formats it has. The content decides, not the
/// name: an array, an object with `Records` (or a digest) and an object that goes on over several
/// lines are documents; else each line is an event.
struct RecordReader: ~Copyable {
  private var lines: LineReader
  private var document: DocumentReader?

  init(_ file: borrowing OpenFile, limits: CloudTrailLimits) throws(CloudTrailError) {
    lines = LineReader(limits: limits)
    guard let first = try lines.peek(file) else {
      throw CloudTrailError(path: file.path, position: .file, problem: "no CloudTrail records")
    }
    guard try RecordReader.isDocument(first.line, isWhole: first.isWhole, file.path) else {
      return
    }
    let bytes = try lines.takeAll(from: file)
    document = try DocumentReader(path: file.path, bytes: bytes, limits: limits)
  }

  var isDigest: Bool { document?.isDigest ?? false }

  /// The next event; nil at the end of a file that is good to its last byte.
  mutating func next(from file: borrowing OpenFile) throws(CloudTrailError) -> CloudTrailEvent? {
    if document != nil { return try document?.next() }
    while let line = try lines.next(from: file) {
      if line.allSatisfy(LineReader.isSpace) { continue }
      do throws(EventProblem) {
        return try CloudTrailEvent(JSONTree.parse(line))
      } catch {
        throw CloudTrailError(
          path: file.path, position: .line(lines.line), problem: error.description)
      }
    }
    return nil
  }

  /// A first line that is no JSON by itself is taken for the beginning of a document.
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
    do {
      let object = try JSONTree.parse(line) as? JSONObject
      return object?["Records"] != nil || object?["digestStartTime"] != nil
    } catch {
      return true
    }
  }
}
