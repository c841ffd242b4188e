internal import ArgumentParser
internal import LedgerStore

struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract: "Limits that are used up to some extent, and keys' own.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  private static let columns = [
    "scope", "user", "key", "profile", "operation", "algorithm", "limit", "intervalSeconds",
    "remaining", "resetAt",
  ]

  func run() throws {
    if let rows = try data.askedItems("/v1/limits", asOf) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(reader.limits(in: answer), columns: Self.columns)
  }
}
