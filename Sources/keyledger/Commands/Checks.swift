internal import ArgumentParser
internal import Ledger
internal import LedgerStore
internal import Transparency

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check every byte of the log, its tree, the checkpoint and what was folded from it.",
    discussion: """
      Exit codes: 0 everything is as it was signed, 3 something was changed (each problem is \
      named), 7 something needed is missing.
      """)
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions

  func run() throws {
    let bar = ProgressBar("verify", unit: "bytes")
    let result = try Verifier(try data.directory()) { done, total in bar.show(done, of: total) }
      .run()
    bar.finish()
    for note in result.notes { StandardError.note(note) }
    try format.printObject(result.row)
    switch result.verdict {
    case .ok, .okWitnessed: return
    case .tampered: throw ExitCode(ExitStatus.tampered)
    case .incomplete: throw ExitCode(ExitStatus.incomplete)
    }
  }
}

extension FoldResult {
  var row: Row {
    Row([
      "logSize": Value(logSize), "digest": .text(digest.hex),
      // Milliseconds are what the figure is good for.
      "seconds": .decimal(fixed(seconds)),
    ])
  }

  private func fixed(_ seconds: Double) -> String {
    let milliseconds = Int((seconds * 1_000).rounded())
    let fraction = String(milliseconds % 1_000)
    return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }
}

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fold the log again from zero, in memory, and print the digest of the state.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  func run() throws {
    let reader = try data.reader()
    let moment = try asOf.moment()
    let size = try reader.logSize(at: moment)
    let bar = ProgressBar("replay", unit: "records")
    let result = try reader.replay(to: size, before: moment.before) { bar.show($0, of: size) }
    bar.finish()
    try format.printObject(result.row)
  }
}

struct Rebuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the projections anew, compare them with the old, and put them in their place.")
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions

  func run() throws {
    let directory = try data.directory()
    let size = try LedgerReader(directory).logSize
    let bar = ProgressBar("rebuild", unit: "records")
    let rebuilt = try directory.rebuild(program: "keyledger rebuild") { bar.show($0, of: size) }
    bar.finish()
    if let note = rebuilt.note { StandardError.note(note) }
    for difference in rebuilt.differences { StandardError.error(difference) }
    var row = rebuilt.fold.row
    row.append("differences", .number(Int64(rebuilt.differences.count)))
    try format.printObject(row)
    if !rebuilt.differences.isEmpty { throw ExitCode(ExitStatus.differences) }
  }
}

struct CheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Print the signed checkpoint, exactly as other people's tools read it.")
  @OptionGroup var data: DataOption

  func run() throws {
    let reader = try data.reader()
    guard let (note, checkpoint) = try reader.directory.readCheckpoint() else {
      throw Failure(
        code: ExitStatus.incomplete, line: "nothing is signed yet; the next writer signs")
    }
    if checkpoint.size < reader.logSize {
      StandardError.note(
        "\(reader.logSize - checkpoint.size) records are not signed yet; the next writer signs")
    }
    try StandardOutput.shared.write(note.description)
  }
}
