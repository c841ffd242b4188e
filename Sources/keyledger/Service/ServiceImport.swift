internal import CloudTrail
internal import Foundation
internal import LedgerStore

/// History sent to a service, a file at a time. Each file is checked here before, so that what is
/// wrong with it is told with its place.
struct ServiceImport {
  /// Bytes of one file, as many as a service takes.
  private static let fileBytes = 64 << 20
  /// Conflicts and rejections told by id; more are only counted.
  private static let toldAtMost = 100

  private let source: CloudTrailSource
  private let service: Service
  private(set) var totals = ImportTotals()
  private(set) var failures: [any Error]

  init(_ source: CloudTrailSource, _ service: Service) {
    self.source = source
    self.service = service
    failures = source.problems
    totals.filesPassedOver = UInt64(source.skipped)
  }

  mutating func run() throws {
    let bar = ProgressBar("import", unit: "files")
    defer { bar.finish() }
    for (index, file) in source.files.enumerated() {
      bar.show(UInt64(index), of: UInt64(source.files.count))
      do {
        switch try file.validate() {
        case .events: try send(file)
        case .digest: totals.filesPassedOver += 1
        }
      } catch let error as CloudTrailError {
        failures.append(error)
      }
    }
    totals.filesFailed = UInt64(failures.count)
  }

  private mutating func send(_ file: CloudTrailFile) throws {
    let content = try Data(contentsOf: URL(filePath: file.path))
    guard content.count <= Self.fileBytes else {
      throw CloudTrailError(
        path: file.path, position: .file,
        problem: "larger than the \(Self.fileBytes >> 20) MiB that a service takes")
    }
    let answer: Row
    do {
      answer = try service.importHistory([UInt8](content), source: "cloudtrail")
    } catch let failure as Failure where failure.code == ExitStatus.usage {
      throw CloudTrailError(path: file.path, position: .file, problem: failure.line)
    }
    totals.files += 1
    totals.events += answer.count("events")
    totals.added += answer.count("added")
    totals.known += answer.count("known")
    totals.conflicts += answer.count("conflicts")
    totals.rejected += answer.count("rejected")
    totals.conflictIDs += answer.texts("conflictIds").prefix(told(totals.conflictIDs))
    totals.rejections += answer.texts("rejections").prefix(told(totals.rejections))
  }

  private func told(_ texts: [String]) -> Int { max(0, Self.toldAtMost - texts.count) }
}

extension Row {
  fileprivate func count(_ name: String) -> UInt64 {
    if case .number(let number)? = self[name] { return UInt64(max(0, number)) }
    return 0
  }

  fileprivate func texts(_ name: String) -> [String] {
    guard case .list(let values)? = self[name] else { return [] }
    return values.compactMap { value in
      if case .text(let text) = value { return text }
      return nil
    }
  }
}
