internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Organizations: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Organizations.",
    subcommands: [
      OrganizationsList.self, OrganizationsCreate.self, OrganizationsDisable.self,
      OrganizationsEnable.self,
    ], defaultSubcommand: OrganizationsList.self)
}

struct OrganizationsList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Organizations and their state.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  private static let columns = ["id", "state", "firstSeenAt", "lastUsedAt", "requests"]

  func run() throws {
    if let rows = try data.askedItems("/v1/organizations", asOf) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    AnswerNote.write(answer)
    try format.print(reader.organizations(in: answer), columns: Self.columns)
  }
}

/// What commands take that change an organization or a user.
struct EntityChangeOptions: ParsableArguments {
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false
  @Argument(help: "Its id.") var id: String

  /// Carries the change out and prints what it came to.
  func change(_ command: String, _ call: AdministrationCall) throws {
    try format.printObject(try data.change(call, command, acceptClock: acceptClock))
  }
}

struct OrganizationsCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Register an organization.")
  @OptionGroup var options: EntityChangeOptions

  func run() throws {
    let body = OrganizationCreation(id: options.id)
    try options.change("organizations create", .createOrganization(body))
  }
}

struct OrganizationsDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Refuse every key of an organization.")
  @OptionGroup var options: EntityChangeOptions

  func run() throws { try options.setOrganization(enabled: false) }
}

struct OrganizationsEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "End the disabling of an organization.")
  @OptionGroup var options: EntityChangeOptions

  func run() throws { try options.setOrganization(enabled: true) }
}

struct Users: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Users. Who they are stands sealed in the log.",
    subcommands: [UsersList.self, UsersCreate.self, UsersDisable.self, UsersEnable.self],
    defaultSubcommand: UsersList.self)
}

struct UsersList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Users and their state.")
  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions
  @Option(help: "Of this organization.") var org: String?

  private static let columns = [
    "id", "organization", "state", "firstSeenAt", "lastUsedAt", "requests",
  ]

  func run() throws {
    if let rows = try data.askedItems("/v1/users", asOf, ["org": org]) {
      return try format.print(rows, columns: Self.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    let organization = try org.map { try reader.organization(named: $0, in: answer.state) }
    AnswerNote.write(answer)
    try format.print(reader.users(in: answer, of: organization), columns: Self.columns)
  }
}

struct UsersCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Register a user.")
  @OptionGroup var options: EntityChangeOptions
  @Option(help: "The organization it belongs to.") var org: String

  func run() throws {
    let body = UserCreation(id: options.id, organization: org)
    try options.change("users create", .createUser(body))
  }
}

struct UsersDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Refuse whatever a user presents.")
  @OptionGroup var options: EntityChangeOptions

  func run() throws { try options.setUser(enabled: false) }
}

struct UsersEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "End the disabling of a user.")
  @OptionGroup var options: EntityChangeOptions

  func run() throws { try options.setUser(enabled: true) }
}

extension EntityChangeOptions {
  func setOrganization(enabled: Bool) throws {
    try change("organizations", .setOrganization(id: id, EntityPatch(enabled: enabled)))
  }

  func setUser(enabled: Bool) throws {
    try change("users", .setUser(id: id, EntityPatch(enabled: enabled)))
  }
}
