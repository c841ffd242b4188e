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
    var failures = source.problems
    let bar = ProgressBar("import", unit: "files")
    let result = try data.write("import", acceptClock: acceptClock) { writer, actor in
      var importer = Importer(writer, source: .cloudtrail, by: actor)
      for (index, file) in source.files.enumerated() {
        bar.show(UInt64(index), of: UInt64(source.files.count))
        do {
          try file.events { events in try importer.add(events.map(HistoryEvent.init)) }
        } catch let error as CloudTrailError {
          failures.append(error)
        }
      }
      bar.finish()
      let read = UInt64(source.files.count - failures.count + source.problems.count)
      try importer.complete(files: read, skipped: UInt64(failures.count))
      return (importer.summary, read)
    }
    try report(result.0, filesRead: result.1, skipped: source.skipped, failures)
  }

  private func report(
    _ summary: Importer.Summary, filesRead: UInt64, skipped: Int, _ failures: [CloudTrailError]
  ) throws {
    for failure in failures { StandardError.write("keyledger: \(failure)") }
    for id in summary.conflicts {
      StandardError.write(
        "keyledger: event \(id) was recorded before with other content; the first is kept")
    }
    if summary.added == 0, summary.known > 0 {
      StandardError.note("nothing new: all \(summary.known) events are recorded already")
    }
    if skipped > 0 { StandardError.note("\(skipped) other files were passed over") }
    try format.printObject(
      Row([
        "files": Value(filesRead), "filesFailed": .number(Int64(failures.count)),
        "filesPassedOver": .number(Int64(skipped)), "events": Value(summary.events),
        "added": Value(summary.added), "known": Value(summary.known),
        "conflicts": Value(summary.conflictCount),
      ]))
    if !failures.isEmpty || summary.conflictCount > 0 { throw ExitCode(ExitStatus.error) }
  }
}

extension HistoryEvent {
  /// A CloudTrail event in the store's words.
  init(_ event: CloudTrailEvent) {
    let reason: Reason =
      switch event.outcome {
      case .allowed: .allowed
      case .refused(.rateLimited): .rateLimited
      case .refused(.forbidden): .forbidden
      }
    self.init(
      id: event.id, happened: Timestamp(microseconds: event.happened),
      organization: event.organization, user: event.user, key: event.key,
      operation: event.operation, type: RequestType(event.requestType), reason: reason,
      errorCode: event.errorCode, clientAddress: event.clientAddress, userAgent: event.userAgent,
      change: event.change.map(Change.init), content: event.canonical)
  }
}

extension HistoryEvent.Change {
  init(_ change: CloudTrail.KeyChange) {
    self =
      switch change {
      case .created(let key, let owner, let kind, let expires):
        .created(
          key: key, owner: owner, kind: kind == .temporary ? .temporary : .permanent,
          expires: expires.map { Timestamp(microseconds: $0) })
      case .enabled(let key, let owner): .enabled(key: key, owner: owner)
      case .disabled(let key, let owner): .disabled(key: key, owner: owner)
      case .revoked(let key, let owner): .revoked(key: key, owner: owner)
      }
  }
}

extension RequestType {
  init(_ type: CloudTrailEvent.RequestType) {
    self =
      switch type {
      case .apiCall: .apiCall
      case .serviceEvent: .serviceEvent
      case .consoleAction: .consoleAction
      case .consoleSignIn: .consoleSignIn
      case .vpceEvent: .vpceEvent
      case .insight: .insight
      case .other: .other
      }
  }
}
