internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Sessions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sessions of people, made elsewhere.", subcommands: [SessionsDeny.self])
}

struct SessionsDeny: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deny", abstract: "Refuse a session that cannot be ended where it was made.")
  @OptionGroup var options: ChangeOptions
  @Argument(help: "The session's jti.") var jti: String
  @Option(help: "When it would end anyway: a time or a span from now; 30d if left out.")
  var expires: ExpiryArgument?

  /// What NextAuth gives a session by default: 30 days, in seconds.
  private static let longestSession: Int64 = 30 * 86_400

  func validate() throws {
    if let expires, expires.time == nil {
      throw ValidationError("--expires is a time or a span: a session that never ends is none")
    }
  }

  func run() throws {
    let end = expires?.time ?? RecordClock.wall.adding(seconds: Self.longestSession)
    try options.change("sessions deny", .denySession(SessionDenial(jti: jti, expiresAt: end)))
  }
}
