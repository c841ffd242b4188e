/// Reads the events of a file, whichever of the formats it has. The content decides, not the
/// name: an array, an object with `Records` (or a digest) and an object that goes on over several
/// lines are documents; else each line is an event.
struct RecordReader: ~Copyable {
  private let limits: CloudTrailLimits
  private var text = TextBuffer()
  private var document: RecordSplitter
  /// Once the first line has turned out to be an event.
  private var lines: LineReader?

  init(limits: CloudTrailLimits) {
    self.limits = limits
    document = RecordSplitter(limits: limits)
  }

  var isDigest: Bool { document.isDigest }

  /// The next event; nil at the end of a file that is good to its last byte.
  mutating func next(from file: borrowing OpenFile) throws(CloudTrailError) -> CloudTrailEvent? {
    guard let record = try nextRecord(from: file) else { return nil }
    do throws(EventProblem) {
      return try CloudTrailEvent(JSONTree.parse(record.bytes))
    } catch {
      throw CloudTrailError(
        path: file.path, position: record.position, problem: error.description)
    }
  }

  private mutating func nextRecord(
    from file: borrowing OpenFile
  ) throws(CloudTrailError) -> RecordSplitter.Record? {
    if lines != nil { return try nextLine(from: file) }
    guard let record = try document.next(&text, file) else { return nil }
    guard case .line(let line) = record.position else { return record }
    var lines = LineReader(afterLine: line - 1, limits: limits)
    if let rest = try lines.next(&text, file), !rest.allSatisfy(TextBuffer.isSpace) {
      throw CloudTrailError(
        path: file.path, position: record.position,
        problem: "not JSON: something follows the object")
    }
    self.lines = lines
    return record
  }

  private mutating func nextLine(
    from file: borrowing OpenFile
  ) throws(CloudTrailError) -> RecordSplitter.Record? {
    while let line = try lines?.next(&text, file) {
      if line.allSatisfy(TextBuffer.isSpace) { continue }
      return RecordSplitter.Record(bytes: line, position: .line(lines?.line ?? 0))
    }
    return nil
  }
}
