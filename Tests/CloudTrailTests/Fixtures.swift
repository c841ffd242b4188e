import CloudTrail
import Foundation
import Testing

/// A directory of one test, removed with it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/cloudtrail-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders above it, and returns its path.
  func write(_ content: [UInt8], as name: String) throws -> String {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: url)
    return url.path
  }
}

/// An event as JSON: a plain request of the IAM user `ana`, with these members replaced or added.
/// Keys and values are JSON as it stands in the file; an empty value removes the member.
func record(_ changes: [String: String] = [:]) -> String {
  var members = [
    "eventID": #""3c1bd0a2-0000-4000-8000-000000000001""#,
    "eventTime": #""2025-03-04T12:00:00Z""#,
    "eventSource": #""s3.amazonaws.com""#,
    "eventName": #""ListBuckets""#,
    "eventType": #""AwsApiCall""#,
    "recipientAccountId": #""444455556666""#,
    "userIdentity": identity(),
  ]
  for (name, value) in changes { members[name] = value.isEmpty ? nil : value }
  let texts = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
  return "{" + texts.joined(separator: ",") + "}"
}

/// A `userIdentity` of the IAM user `ana`, changed in the same way.
func identity(_ changes: [String: String] = [:]) -> String {
  var members = [
    "type": #""IAMUser""#,
    "accountId": #""111122223333""#,
    "arn": #""arn:aws:iam::111122223333:user/team/ana""#,
    "userName": #""ana""#,
    "principalId": #""AIDA111EXAMPLE000000""#,
    "accessKeyId": #""AKIA111EXAMPLE000000""#,
  ]
  for (name, value) in changes { members[name] = value.isEmpty ? nil : value }
  let texts = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
  return "{" + texts.joined(separator: ",") + "}"
}

/// The user of `identity()`, as facts name it.
let ana = "arn:aws:iam::111122223333:user/ana"

/// All events of a file with this content.
func events(
  of content: [UInt8], limits: CloudTrailLimits = .standard
) throws -> [CloudTrailEvent] {
  let directory = try TemporaryDirectory()
  let path = try directory.write(content, as: "events")
  var events: [CloudTrailEvent] = []
  let contents = try CloudTrailFile(path: path, limits: limits).events { events += $0 }
  #expect(contents == .events(events.count))
  return events
}

/// The event of a file of one line.
func event(_ changes: [String: String] = [:]) throws -> CloudTrailEvent {
  try #require(try events(of: Array(record(changes).utf8)).first)
}

/// The error of a file with this content. It is an error of the test if there is none, or if
/// anything was delivered before it.
func refusal(
  of content: [UInt8], limits: CloudTrailLimits = .standard,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> CloudTrailError {
  let directory = try TemporaryDirectory()
  let file = CloudTrailFile(path: try directory.write(content, as: "events"), limits: limits)
  let error = try #require(throws: CloudTrailError.self, sourceLocation: sourceLocation) {
    try file.events { _ in
      Issue.record("events of a bad file were delivered", sourceLocation: sourceLocation)
    }
  }
  #expect(throws: error, sourceLocation: sourceLocation) { try file.validate() }
  return error
}

func refusal(
  of text: String, limits: CloudTrailLimits = .standard,
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> CloudTrailError {
  try refusal(of: Array(text.utf8), limits: limits, sourceLocation: sourceLocation)
}

/// A gzip member (RFC 1952) of stored blocks: no compression, but everything else.
func gzip(_ content: [UInt8]) -> [UInt8] {
  var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
  let largestBlock = 0xFFFF
  var start = 0
  repeat {
    let end = min(start + largestBlock, content.count)
    let length = UInt16(end - start)
    result.append(end == content.count ? 1 : 0)
    for word in [length, ~length] { result += [UInt8(word & 0xFF), UInt8(word >> 8)] }
    result += content[start..<end]
    start = end
  } while start < content.count
  for word in [crc32(content), UInt32(content.count)] {
    for shift in stride(from: 0, to: 32, by: 8) { result.append(UInt8(word >> shift & 0xFF)) }
  }
  return result
}

/// Bit by bit, as RFC 1952 defines it.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var sum = ~UInt32(0)
  for byte in bytes {
    sum ^= UInt32(byte)
    for _ in 0..<8 {
      let isOdd = sum & 1 == 1
      sum >>= 1
      if isOdd { sum ^= 0xEDB8_8320 }
    }
  }
  return ~sum
}

/// A folder of the project or beside it, by its path from the package's root.
func folder(_ relative: String, file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().resolvingSymlinksInPath()
    .appendingPathComponent("../../" + relative).standardizedFileURL.path
}

/// All events of a directory that must be there.
func events(ofDirectory path: String) throws -> [CloudTrailEvent] {
  guard FileManager.default.fileExists(atPath: path) else {
    Issue.record("missing test data: \(path)")
    return []
  }
  let source = CloudTrailSource(paths: [path])
  #expect(source.problems.isEmpty)
  var events: [CloudTrailEvent] = []
  for file in source.files { try file.events { events += $0 } }
  return events
}
