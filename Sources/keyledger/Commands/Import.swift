internal import ArgumentParser
internal import CloudTrail
internal import Ledger
internal import LedgerStore

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take history in.", subcommands: [ImportCloudTrail.self])
}

struct ImportCloudTrail: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cloudtrail",
    abstract: "Key lifecycle and requests from AWS CloudTrail.",
    discussion: """
      Reads {"Records":[…]}, JSON arrays and JSON lines, plain or gzip. A directory is walked for \
      .json, .jsonl and their .gz. Each event is recorded once for ever, so that the same or \
      overlapping files can be imported again. Of a file with an error nothing is recorded; the \
      others are, and the exit code is 1.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions

  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false

  @Argument(help: "Files and directories.", completion: .file())
  var paths: [String]

  func run() throws {
    let source = CloudTrailSource(paths: paths)
    if let service = try data.service() {
      var pass = ServiceImport(source, service)
      try pass.run()
      return try report(pass.totals, pass.failures)
    }
    var pass = ImportPass(source)
    if try pass.allKnown(try data.reader()) {
      let known = pass.summary.events
      StandardError.note(
        known > 0
          ? "nothing new: all \(known) events are recorded already; nothing was written"
          : "no events; nothing was written")
    } else {
      pass = ImportPass(source)
      try data.write("import", acceptClock: acceptClock) { writer, actor in
        try pass.record(with: writer, by: actor)
      }
    }
    try report(pass.totals, pass.failures)
  }

  private func report(_ totals: ImportTotals, _ failures: [any Error]) throws {
    for failure in failures { StandardError.error("\(failure)") }
    for id in totals.conflictIDs {
      StandardError.error(
        "event \(id) was recorded before with other content; the first is kept")
    }
    for rejected in totals.rejections {
      StandardError.error("event \(rejected); it is not recorded")
    }
    try format.printObject(totals.row)
    if !totals.isWhole { throw ExitCode(ExitStatus.error) }
  }
}

/// One reading of all files.
private struct ImportPass {
  private let source: CloudTrailSource
  private(set) var summary = Importer.Summary()
  private(set) var failures: [CloudTrailError]
  private(set) var filesRead: UInt64 = 0
  private(set) var filesPassedOver: UInt64

  init(_ source: CloudTrailSource) {
    self.source = source
    failures = source.problems
    filesPassedOver = UInt64(source.skipped)
  }

  var totals: ImportTotals {
    var totals = ImportTotals()
    (totals.files, totals.filesFailed) = (filesRead, UInt64(failures.count))
    totals.filesPassedOver = filesPassedOver
    (totals.events, totals.added, totals.known) = (summary.events, summary.added, summary.known)
    (totals.conflicts, totals.rejected) = (summary.conflictCount, summary.rejectedCount)
    (totals.conflictIDs, totals.rejections) = (summary.conflicts, summary.rejected)
    return totals
  }

  private struct SomethingNew: Error {}

  /// Whether there is nothing to record. Ends at the first event that is new, so that what is read
  /// twice is little.
  mutating func allKnown(_ reader: LedgerReader) throws -> Bool {
    guard let known = try KnownHistory(reader, source: .cloudtrail) else { return false }
    do {
      var count: UInt64 = 0
      try forEachFile("compare") { events in
        guard try known.holdsAll(events) else { throw SomethingNew() }
        count += UInt64(events.count)
      }
      summary.events = count
      summary.known = count
      return true
    } catch is SomethingNew {
      return false
    }
  }

  mutating func record(with writer: LedgerWriter, by actor: Actor) throws {
    var importer = try Importer(writer, source: .cloudtrail, by: actor)
    try forEachFile("import") { events in try importer.add(events) }
    try importer.complete(files: filesRead, skipped: UInt64(failures.count))
    summary = importer.summary
  }

  private mutating func forEachFile(
    _ title: String, _ body: ([HistoryEvent]) throws -> Void
  ) throws {
    let bar = ProgressBar(title, unit: "files")
    defer { bar.finish() }
    for (index, file) in source.files.enumerated() {
      bar.show(UInt64(index), of: UInt64(source.files.count))
      do {
        switch try file.events({ events in try body(events.map(HistoryEvent.init)) }) {
        case .events: filesRead += 1
        case .digest: filesPassedOver += 1
        }
      } catch let error as CloudTrailError {
        failures.append(error)
      }
    }
  }
}
