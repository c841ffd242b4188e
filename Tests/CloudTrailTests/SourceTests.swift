import CloudTrail
import Foundation
import Testing

@Suite("Finding files")
struct SourceTests {
  private let digest = Array(
    #"{"awsAccountId":"111122223333","digestStartTime":"2025-03-04T12:00:00Z","logFiles":[]}"#
      .utf8)

  @Test("A directory is walked in order; other files and digests are skipped with a count")
  func walk() throws {
    let directory = try TemporaryDirectory()
    let good = Array(record().utf8)
    let wanted = [
      "2025/03/04/b.json", "2025/03/04/c.jsonl", "2025/03/05/a.json.gz", "2025/d.jsonl.gz",
    ]
    let unwanted = [
      "2025/notes.txt", "2025/a.gz", "a.csv", "json",
      "AWSLogs/CloudTrail-Digest/eu/x.json.gz",
    ]
    for name in (wanted + unwanted).reversed() { _ = try directory.write(good, as: name) }
    let source = CloudTrailSource(paths: [directory.path + "/"])
    #expect(source.files.map(\.path) == wanted.map { "\(directory.path)/\($0)" })
    #expect(source.files.allSatisfy { !$0.isNamed })
    #expect(source.skipped == unwanted.count)
    #expect(source.problems.isEmpty)
  }

  @Test("A file named outright is taken whatever its name, and the order of the paths is kept")
  func named() throws {
    let directory = try TemporaryDirectory()
    let odd = try directory.write(Array(record().utf8), as: "odd.txt")
    let inside = try directory.write(Array(record().utf8), as: "folder/a.json")
    let source = CloudTrailSource(paths: [odd, directory.path + "/folder", directory.path + "/no"])
    #expect(source.files.map(\.path) == [odd, inside])
    #expect(source.files.map(\.isNamed) == [true, false])
    #expect(source.problems.map(\.path) == [directory.path + "/no"])
    #expect(source.problems.first?.problem.hasPrefix("cannot be found") == true)
  }

  @Test("A digest is known by its content; it is skipped in a directory and an error if named")
  func digests() throws {
    let directory = try TemporaryDirectory()
    let pretty = Array("{\n  ".utf8) + digest.dropFirst()
    for content in [digest, digest + [0x0A], pretty, gzip(digest)] {
      let path = try directory.write(content, as: "a.json")
      let found = try #require(CloudTrailSource(paths: [directory.path]).files.first)
      #expect(try found.validate() == .digest)
      let contents = try found.events { _ in Issue.record("a digest has no events") }
      #expect(contents == .digest)
      #expect(contents.count == 0)
      let named = try #require(CloudTrailSource(paths: [path]).files.first)
      let error = try #require(throws: CloudTrailError.self) { try named.validate() }
      #expect(error.problem == "a CloudTrail digest file, without events")
    }
  }

  @Test("An object with Records is no digest, whatever else it holds")
  func notDigest() throws {
    let directory = try TemporaryDirectory()
    let text = #"{"digestStartTime":"x","Records":[\#(record())]}"#
    let path = try directory.write(Array(text.utf8), as: "a.json")
    #expect(try CloudTrailFile(path: path).validate() == .events(1))
  }

  @Test("Links to files are followed, links to directories are not")
  func links() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write(Array(record().utf8), as: "data/a.json")
    let links = directory.path + "/data"
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: links + "/b.json", withDestinationPath: file)
    try manager.createSymbolicLink(atPath: links + "/circle", withDestinationPath: links)
    try manager.createSymbolicLink(atPath: links + "/c.json", withDestinationPath: "nowhere")
    let source = CloudTrailSource(paths: [links])
    #expect(source.files.map(\.path) == ["a", "b", "c"].map { "\(links)/\($0).json" })
    #expect(source.skipped == 1)
    let broken = try #require(source.files.last)
    #expect(throws: CloudTrailError.self) { try broken.validate() }
  }
}
