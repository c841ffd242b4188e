internal import CloudTrail
internal import Foundation
internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import NIOPosix

/// `POST /v1/imports`: one file of history.
struct ImportInterface {
  let core: GatewayCore

  func take(_ bytes: [UInt8], by caller: Caller) async throws -> Response {
    let writer = core.writer
    let summary = try await NIOThreadPool.singleton.runIfActive {
      try Self.record(bytes, with: writer, by: caller.actor)
    }
    return .json(.object(summary))
  }

  /// The importer reads files: what came over the network is one for as long as it takes.
  private static func record(
    _ bytes: [UInt8], with writer: LedgerWriter, by actor: Actor
  ) throws -> Row {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("keyledger-import-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("history.json")
    try Data(bytes).write(to: path)
    let source = CloudTrailSource(paths: [path.path])
    var importer = try Importer(writer, source: .cloudtrail, by: actor)
    for file in source.files {
      do {
        _ = try file.events { events in try importer.add(events.map(HistoryEvent.init)) }
      } catch let error as CloudTrailError {
        throw APIError(
          status: .unprocessableContent, code: "unprocessable",
          message: "\(error)".replacing(path.path, with: "the file"))
      }
    }
    try importer.complete(files: UInt64(source.files.count), skipped: 0)
    let summary = importer.summary
    return Row([
      "events": Value(summary.events), "added": Value(summary.added),
      "known": Value(summary.known), "conflicts": Value(summary.conflictCount),
      "rejected": Value(summary.rejectedCount),
      "conflictIds": .list(summary.conflicts.map { .text($0) }),
      "rejections": .list(summary.rejected.map { .text($0) }),
    ])
  }
}
