internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exports that can be computed again, byte for byte.",
    discussion: """
      The last column of every line is the log size the export was computed at. --check computes \
      a file again at that size, with the options given, and compares; exit code 10 and the \
      number of the line where they differ.
      """,
    subcommands: [ExportUsage.self, ExportEvents.self])
}

enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
  case csv, jsonl
}

/// What both exports take.
struct ExportOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "How lines are written.") var output: ExportFormat = .csv
  @Option(
    help: ArgumentHelp("Compute this export again and compare.", valueName: "file"),
    completion: .file())
  var check: String?
  @Option(
    help: ArgumentHelp(
      "Only what arrived after this export: correction lines.", valueName: "file"),
    completion: .file())
  var changesSince: String?

  func validate() throws {
    if check != nil, changesSince != nil {
      throw ValidationError("--check and --changes-since exclude each other")
    }
  }

  func header(_ columns: [String]) -> String? {
    output == .csv ? CSVText.header(columns + ["logSize"]) : nil
  }

  func line(_ row: Row, logSize: UInt64) -> String {
    var row = row
    row.append("logSize", Value(logSize))
    return output == .csv ? CSVText.line(row) : JSONText.compact(.object(row)) + "\n"
  }

  /// Compares what `produce` writes with the file; ends with exit code 10 where they differ.
  func compare(
    _ file: ExportFile, _ produce: (_ write: (String) throws -> Void) throws -> Void
  ) throws {
    var comparison = ExportComparison(file)
    try produce { comparison.expect($0) }
    comparison.expectEnd()
    if let difference = comparison.difference {
      throw Failure(code: ExitStatus.differences, line: "\(file.path): \(difference)")
    }
    StandardError.note(
      "\(file.path): the same \(comparison.count) lines, computed again at log size "
        + "\(file.logSize.map(String.init) ?? "of now")")
  }
}

struct ExportUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "Usage for billing; without --by, by org,operation,decision.")
  @OptionGroup var data: DataOption
  @OptionGroup var usage: UsageOptions
  @OptionGroup var options: ExportOptions

  private static let dimensions = "org,operation,decision"

  func run() throws {
    let reader = try data.reader()
    if let path = options.check {
      let file = try ExportFile(path, options.output)
      let question = try question(reader, at: file.logSize)
      return try options.compare(file) { write in try self.write(reader, question, write) }
    }
    let question = try question(reader, at: nil)
    if let path = options.changesSince {
      let file = try ExportFile(path, options.output)
      return try corrections(reader, since: try self.question(reader, at: file.logSize), question)
    }
    try write(reader, question) { try StandardOutput.shared.write($0) }
  }

  private func question(_ reader: LedgerReader, at size: UInt64?) throws -> UsageQuestion {
    var question = try usage.question(reader, logSize: size, by: Self.dimensions)
    question.fromRecords = true
    return question
  }

  private func write(
    _ reader: LedgerReader, _ question: UsageQuestion, _ write: (String) throws -> Void
  ) throws {
    if let header = options.header(UsageOptions.columns(question)) { try write(header) }
    let answer = try reader.usage(question)
    for row in answer.rows { try write(options.line(row, logSize: answer.logSize)) }
  }

  /// The counts by which lines differ from what they were; a line that fell is negative.
  private func corrections(
    _ reader: LedgerReader, since before: UsageQuestion, _ now: UsageQuestion
  ) throws {
    let out = StandardOutput.shared
    let old = try reader.usage(before)
    let new = try reader.usage(now)
    let columns = UsageOptions.columns(now)
    if let header = options.header(columns) { try out.write(header) }
    let names = columns.dropLast(3)
    var known: [[Value?]: Row] = [:]
    for row in old.rows { known[names.map { row[$0] }] = row }
    for row in new.rows {
      let held = known.removeValue(forKey: names.map { row[$0] })
      if let line = delta(row, held, sign: 1) {
        try out.write(options.line(line, logSize: new.logSize))
      }
    }
    for row in old.rows where known[names.map { row[$0] }] != nil {
      if let line = delta(row, nil, sign: -1) {
        try out.write(options.line(line, logSize: new.logSize))
      }
    }
  }

  /// `nil` where nothing changed.
  private func delta(_ row: Row, _ held: Row?, sign: Int64) -> Row? {
    func number(_ row: Row?, _ name: String) -> Int64 {
      if case .number(let number)? = row?[name] { return number }
      return 0
    }
    var line = Row()
    var changed = false
    for column in row.columns {
      guard case .number(let count) = column.value else {
        line.append(column.name, column.value)
        continue
      }
      let difference = sign * (count - number(held, column.name))
      changed = changed || difference != 0
      line.append(column.name, .number(difference))
    }
    return changed ? line : nil
  }
}

struct ExportEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "The trail, line by line.")
  @OptionGroup var data: DataOption
  @OptionGroup var filter: TrailOptions
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var options: ExportOptions

  func run() throws {
    let reader = try data.reader()
    if let path = options.check {
      let file = try ExportFile(path, options.output)
      return try options.compare(file) { write in
        try self.write(reader, from: 0, at: file.logSize, write)
      }
    }
    let before = try options.changesSince.map { try ExportFile($0, options.output).logSize ?? 0 }
    let first = try reader.logSize(at: Moment(logSize: before ?? 0))
    try write(reader, from: first, at: nil) { try StandardOutput.shared.write($0) }
  }

  private func write(
    _ reader: LedgerReader, from: UInt64, at logSize: UInt64?, _ write: (String) throws -> Void
  ) throws {
    var moment = try asOf.moment()
    if let logSize { moment.logSize = logSize }
    let size = try reader.logSize(at: moment)
    let state = try reader.state(at: Moment(logSize: size)).state
    var filter = try filter.resolve(reader, in: state)
    if let before = moment.before { filter.until = filter.until.map { min($0, before) } ?? before }
    if let header = options.header(Events.columns) { try write(header) }
    _ = try reader.trail(filter, from: min(from, size), to: size, in: state) { row in
      try write(options.line(row, logSize: size))
    }
  }
}
