import Foundation
import Secrets

/// A new secrets directory in the system's temporary directory, removed at the end of the test.
final class TemporarySecrets {
  let parent: URL
  let directory: SecretsDirectory

  init() throws {
    parent = FileManager.default.temporaryDirectory.appending(
      path: "keyledger-secrets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: false)
    directory = try SecretsDirectory(creating: parent.appending(path: "secret").path)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: parent)
    } catch {
      assertionFailure("\(parent.path) could not be removed: \(error)")
    }
  }

  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// Overwrites in place, keeping the mode.
  func overwrite(_ path: String, _ bytes: [UInt8]) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }

  func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
  }

  func setMode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }
}
