internal import ArgumentParser
internal import Ledger
internal import LedgerStore

/// What commands take that change something other than one key.
struct ChangeOptions: ParsableArguments {
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false

  /// Carries the change out and prints what it came to.
  func change(_ command: String, _ call: AdministrationCall) throws {
    try format.printObject(try data.change(call, command, acceptClock: acceptClock))
  }
}

struct Tokens: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tokens of a service's interface: who may ask it for what.",
    subcommands: [TokensList.self, TokensCreate.self, TokensRevoke.self],
    defaultSubcommand: TokensList.self)
}

struct TokensList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Tokens and their state.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  private static let columns = ["name", "role", "state", "createdAt", "expiresAt", "revokedAt"]

  func run() throws {
    if let rows = try data.askedItems("/v1/tokens", asOf) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(reader.tokens(in: answer), columns: Self.columns)
  }
}

enum RoleArgument: String, CaseIterable, ExpressibleByArgument {
  case admin, auditor, billing, gateway

  var role: TokenRole {
    switch self {
    case .admin: .admin
    case .auditor: .auditor
    case .billing: .billing
    case .gateway: .gateway
    }
  }
}

struct TokensCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a token. It is shown once and kept nowhere.")
  @OptionGroup var options: ChangeOptions
  @Option(help: "What it may do: all, read all, read usage and credits, or ask for decisions.")
  var role: RoleArgument
  @Option(help: "A time, a span from now such as 90d, or never.") var expires: ExpiryArgument?
  @Argument(help: "Its name; left out, it is named after its role.") var name: String?

  func run() throws {
    let name = name ?? "\(role.role.name)-\(String(UInt32.random(in: .min ... .max), radix: 36))"
    let body = TokenCreation(name: name, role: role.role, expiresAt: expires?.time)
    try options.change("tokens create", .createToken(body))
  }
}

struct TokensRevoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Refuse a token for ever.")
  @OptionGroup var options: ChangeOptions
  @Argument(help: "Its name.") var name: String

  func run() throws { try options.change("tokens revoke", .revokeToken(name: name)) }
}
