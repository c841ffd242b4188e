/// The events of one JSON document, parsed as a whole: `{"Records":[…]}`, an array, or a single
/// event.
struct DocumentReader {
  private let path: String
  private let limits: CloudTrailLimits
  private let records: [Any]
  /// How many records were delivered.
  private var record = 0

  /// What CloudTrail signs its files with, not events.
  let isDigest: Bool

  init(path: String, bytes: [UInt8], limits: CloudTrailLimits) throws(CloudTrailError) {
    self.path = path
    self.limits = limits
    let root: Any
    do {
      root = try JSONTree.parse(bytes)
    } catch {
      throw CloudTrailError(path: path, position: .file, problem: error.description)
    }
    let object = root as? JSONObject
    let member = object?["Records"]
    isDigest = member == nil && object?["digestStartTime"] != nil
    if let array = member ?? root as? [Any] {
      guard let array = array as? [Any] else {
        throw CloudTrailError(path: path, position: .file, problem: "Records is not an array")
      }
      records = array
    } else {
      records = isDigest ? [] : [root]
    }
  }

  /// The next event; nil behind the last.
  mutating func next() throws(CloudTrailError) -> CloudTrailEvent? {
    guard record < records.count else { return nil }
    record += 1
    do throws(EventProblem) {
      let event = try CloudTrailEvent(records[record - 1])
      guard event.canonical.count <= limits.record else { throw .tooLong(limits.record) }
      return event
    } catch {
      throw CloudTrailError(path: path, position: .record(record), problem: error.description)
    }
  }
}
