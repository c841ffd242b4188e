import Foundation
import Testing

/// The test vectors beside the package, in `../shared/vectors`.
enum SharedVectors {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/vectors")

  /// Reads one file of vectors; a missing one is an issue that names it.
  static func load<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    let file = folder.appending(path: path)
    guard FileManager.default.fileExists(atPath: file.path) else {
      Issue.record("missing test vectors ../shared/vectors/\(path)")
      throw MissingVectors(path: path)
    }
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  /// Paths, relative to the vectors' folder, of every JSON file below `path`; none if it is
  /// missing.
  static func files(below path: String) -> [String] {
    let root = folder.appending(path: path)
    guard let found = FileManager.default.enumerator(atPath: root.path) else { return [] }
    return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }
      .map { "\(path)/\($0)" }.sorted()
  }
}

struct MissingVectors: Error {
  let path: String
}
