import Foundation
import Ledger
import LedgerStore
import Testing
import Transparency

/// A data directory in a temporary folder, removed at the end.
final class TemporaryLedger {
  let directory: DataDirectory
  let adminToken: String

  init(origin: String = "tests.example/log", segmentCapacity: Int? = 65_536) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("keyledger-\(UUID().uuidString)").path
    directory = DataDirectory(path)
    adminToken = try directory.create(
      origin: origin, segmentCapacity: segmentCapacity, by: Actor(operatorID: 1)
    ).adminToken
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.root) }

  func write<T>(_ body: (LedgerWriter) throws -> T) throws -> T {
    let writer = try LedgerWriter(directory, program: "test")
    let result: T
    do { result = try body(writer) } catch {
      _ = try? writer.close()
      throw error
    }
    try writer.close()
    return result
  }

  func reader() throws -> LedgerReader { try LedgerReader(directory) }

  func digest() throws -> String {
    try StateDigest.of(try reader().state(at: .now).state).hex
  }

  /// Takes state/ away in one step: a reader may be closing a database in it at this moment.
  func loseState() throws {
    let gone = "\(directory.root)/gone-\(UUID().uuidString)"
    try FileManager.default.moveItem(atPath: directory.state, toPath: gone)
  }

  /// Every byte of every file below a folder.
  func bytes(below folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: folder)! {
      let path = "\(folder)/\(name)"
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
        !isDirectory.boolValue
      else { continue }
      files[name] = try Data(contentsOf: URL(filePath: path))
    }
    return files
  }
}

extension Proposal {
  static func organization(_ id: String) -> Proposal {
    Proposal(by: Actor(operatorID: 1)) { _, _, _ in .success(.registerOrganization(id: id)) }
  }

  static func user(_ id: String, of organization: String) -> Proposal {
    Proposal(by: Actor(operatorID: 1)) { state, sealer, _ throws(StoreError) in
      guard let ordinal = state.index.organizations[organization] else {
        return .failure(.unknown(.organization, organization))
      }
      return .success(
        .registerUser(try sealer.user(id, in: state), organization: ordinal))
    }
  }
}

extension HistoryEvent {
  /// A request at so many seconds after a fixed moment.
  static func request(
    _ number: Int, at seconds: Int64 = 0, user: String = "arn:aws:iam::111122223333:user/ann",
    key: String? = "AKIA0000000000000001", reason: Reason = .allowed, change: Change? = nil,
    address: String = "192.0.2.17", content: String = ""
  ) -> HistoryEvent {
    HistoryEvent(
      id: "event-\(number)", happened: Timestamp(seconds: 1_700_000_000 + seconds),
      organization: "111122223333", user: user, key: key, operation: "s3.amazonaws.com:GetObject",
      type: .apiCall, reason: reason, errorCode: nil, clientAddress: address,
      userAgent: "probe/1.0", change: change, content: Array("\(number) \(content)".utf8))
  }
}

extension TemporaryLedger {
  @discardableResult
  func add(_ events: [HistoryEvent]) throws -> Importer.Summary {
    try write { writer in
      var importer = try Importer(writer, source: .cloudtrail, by: Actor(operatorID: 1))
      try importer.add(events)
      try importer.complete(files: 1, skipped: 0)
      return importer.summary
    }
  }
}
