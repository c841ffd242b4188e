internal import ArgumentParser
internal import Foundation
internal import Ledger
internal import LedgerStore

struct Events: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The trail: every change and every decision, in the order of the log.",
    discussion: """
      --key and --user select requests made with it, its own life, and requests that acted on it: \
      a key that was never used still has a story.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var filter: TrailOptions
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions
  @Option(help: "At most so many; a cut answer says so.") var limit: Int?
  @Flag(help: "Go on with what is recorded from now on, until interrupted.")
  var follow = false

  static let columns = [
    "sequence", "recordedAt", "occurredAt", "type", "organization", "user", "key", "operation",
    "decision", "reason", "actor", "actorKey", "clientAddress", "userAgent", "errorCode",
    "requestType", "targetKey", "detail", "source", "sourceId",
  ]

  /// What fits a terminal; the other formats have everything.
  private static let tableColumns = [
    "sequence", "occurredAt", "type", "user", "key", "operation", "decision", "reason", "actor",
    "targetKey", "detail",
  ]

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1") }
    if follow, format.output == .table || format.output == .json {
      throw ValidationError("--follow prints line by line: use -o jsonl or -o csv")
    }
    if follow, limit != nil || asOf.asOf != nil || asOf.logSize != nil {
      throw ValidationError("--follow goes on for ever: without --limit, --as-of and --log-size")
    }
  }

  func run() throws {
    var printer = RowPrinter(
      format.output, columns: format.output == .table ? Events.tableColumns : Events.columns)
    if data.server != nil { return try printServed(&printer) }
    var reader = try data.reader()
    let moment = try asOf.moment()
    var next = try print(reader, from: 0, moment, &printer)
    guard follow else {
      try printer.finish()
      return
    }
    while true {
      try StandardOutput.shared.flush()
      usleep(Events.followInterval)
      reader = try LedgerReader(reader.directory)
      if reader.logSize > next { next = try print(reader, from: next, .now, &printer) }
    }
  }

  private func printServed(_ printer: inout RowPrinter) throws {
    if follow { throw Failure.usage("--follow reads the files of a data directory: pass --data") }
    let trail = ServedTrail(data: data, filter: filter, asOf: asOf)
    let isCut = try trail.forEach(limit: limit ?? .max) { row in try printer.print(row) }
    if isCut == true { noteCut() }
    try printer.finish()
  }

  private func noteCut() {
    StandardError.note("cut after \(limit ?? 0) events; there are more")
  }

  /// Microseconds between two looks at the log's end.
  private static let followInterval: UInt32 = 200_000

  private func print(
    _ reader: LedgerReader, from: UInt64, _ moment: Moment, _ printer: inout RowPrinter
  ) throws -> UInt64 {
    let size = try reader.logSize(at: moment)
    let state = try reader.state(at: Moment(logSize: size)).state
    var filter = try filter.resolve(reader, in: state)
    if let before = moment.before { filter.until = filter.until.map { min($0, before) } ?? before }
    let isCut = try reader.trail(
      filter, from: from, to: size, limit: limit ?? .max, in: state
    ) { row in try printer.print(row) }
    if isCut { noteCut() }
    return size
  }
}

/// Which records.
struct TrailOptions: ParsableArguments {
  @OptionGroup var range: RangeOptions
  @Option(help: "Of this organization.") var org: String?
  @Option(help: "Whose story this user is part of.") var user: String?
  @Option(help: "Whose story this key is part of.") var key: String?
  @Option(help: "Of this type, such as key.created; may be repeated.") var type: [String] = []
  @Option(help: "With this decision.") var decision: Decision?
  @Option(help: "With this reason, such as rate_limited.") var reason: String?
  @Option(help: "Of this operation.") var operation: String?
  @Option(help: "From this client address.") var client: String?

  func resolve(_ reader: LedgerReader, in state: LedgerState) throws -> TrailFilter {
    var request = TrailRequest()
    (request.since, request.until) = try range.times()
    request.organization = org
    request.user = user
    request.key = key
    request.operation = operation
    request.client = client
    request.types = type
    request.decision = decision
    request.reason = reason
    return try request.filter(reader, in: state)
  }
}

extension Decision: ExpressibleByArgument {}

struct State: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Everything at a moment, with its digest.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  func run() throws {
    if let row = try data.asked("/v1/state", [:], try asOf.query()) {
      return try format.printObject(row)
    }
    let reader = try data.reader()
    try format.printObject(try reader.stateObject(at: try asOf.moment()))
  }
}

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What happened in [A, B), field by field.",
    discussion: "A and B are two times or two log sizes.")
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Argument(help: "From here on.") var a: MomentArgument
  @Argument(help: "Up to, without, this.") var b: MomentArgument
  @Option(help: ArgumentHelp("As it was known then: of the first so many records.", valueName: "n"))
  var logSize: UInt64?

  func run() throws {
    if logSize != nil, a.moment.logSize != nil {
      throw Failure.usage("--log-size goes with two times")
    }
    let reader = try data.reader()
    let rows = try reader.diff(from: a.moment, to: b.moment, knownAt: logSize)
    try format.print(
      rows,
      columns: ["entity", "id", "field", "before", "after", "sequence", "occurredAt", "actor"])
  }
}
