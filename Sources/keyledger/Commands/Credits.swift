internal import ArgumentParser
internal import LedgerStore

struct Credits: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Credits that users may spend.",
    subcommands: [CreditsList.self, CreditsGrant.self], defaultSubcommand: CreditsList.self)
}

struct CreditsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Balances that are not zero.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  private static let columns = ["user", "balance"]

  func run() throws {
    if let rows = try data.askedItems("/v1/credits", asOf) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(reader.credits(in: answer), columns: Self.columns)
  }
}

struct CreditsGrant: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "Add to a user's balance.")
  @OptionGroup var options: ChangeOptions
  @Option(help: "The user.") var user: String
  @Argument(help: "How many.") var amount: UInt64

  func run() throws {
    try options.change("credits grant", .grantCredits(CreditGrant(user: user, amount: amount)))
  }
}
