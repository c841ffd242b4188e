internal import ArgumentParser
internal import LedgerStore

struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract: "Limits that are used up to some extent, and keys' own.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  func run() throws {
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(
      reader.limits(in: answer),
      columns: [
        "scope", "user", "key", "profile", "operation", "algorithm", "limit", "intervalSeconds",
        "remaining", "resetAt",
      ])
  }
}
