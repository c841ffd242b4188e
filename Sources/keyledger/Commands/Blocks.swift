internal import ArgumentParser
internal import LedgerStore

struct Blocks: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Users that are blocked because too many of their tasks failed.",
    subcommands: [BlocksList.self, BlocksRelease.self], defaultSubcommand: BlocksList.self)
}

struct BlocksList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Blocks in force, with the reports that led to them.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  private static let columns = ["user", "beganAt", "until", "evidence"]

  func run() throws {
    if let rows = try data.askedItems("/v1/blocks", asOf) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(reader.blocks(in: answer), columns: Self.columns)
  }
}

struct BlocksRelease: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "End a block before its time.")
  @OptionGroup var options: ChangeOptions
  @Argument(help: "The user.") var user: String

  func run() throws { try options.change("blocks release", .releaseBlock(user: user)) }
}
