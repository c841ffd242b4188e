internal import ArgumentParser
internal import Ledger
internal import LedgerStore

enum EnvironmentArgument: String, CaseIterable, ExpressibleByArgument {
  case live, staging, test

  var environment: KeyEnvironment {
    switch self {
    case .live: .live
    case .staging: .staging
    case .test: .test
    }
  }
}

struct KeysCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key. Its secret is shown once and kept nowhere.",
    discussion: """
      Without --org and --user the key has no owner, and is refused whatever it asks for. With \
      --idempotency-key the same command again, within a day, answers the same key without its \
      secret.
      """)

  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Option(help: "The organization.") var org: String?
  @Option(help: "The user it acts for.") var user: String?
  @Option(help: "The profile it is for; any, if left out.") var profile: String?
  @Option(help: "A name for people.") var name: String?
  @Option(help: "The first part of the secret; the profile's own, or kl.") var product: String?
  @Option(help: "Where it is for.") var environment = EnvironmentArgument.live
  @Option(help: "A time, a span from now such as 90d, or never.") var expires: ExpiryArgument?
  @Option(help: "Such as 60/60s.") var limit: LimitArgument?
  @Option(help: "An operation it may perform; may be repeated. None: all.")
  var scope: [String] = []
  @Option(help: "An address or CIDR range it may be used from; may be repeated. None: all.")
  var address: [String] = []
  @Option(help: "A text of your own by which this creation is known if it is repeated.")
  var idempotencyKey: String?
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false

  func validate() throws {
    if (org == nil) != (user == nil) {
      throw ValidationError("--org and --user go together; a key without both has no owner")
    }
  }

  func run() throws {
    var body = KeyCreationBody()
    (body.organization, body.user, body.profile) = (org, user, profile)
    (body.product, body.name, body.environment) = (product, name, environment.environment)
    (body.expiresAt, body.limit) = (expires?.time, limit?.limit)
    if !scope.isEmpty { body.scopes = scope }
    if !address.isEmpty { body.addresses = address }
    let call = AdministrationCall.createKey(body, idempotencyKey: idempotencyKey)
    let row = try data.change(call, "keys create", acceptClock: acceptClock)
    if row["replayed"] == .flag(true) {
      StandardError.note("the key was made by the same command before; its secret is not known")
    }
    try format.printObject(row)
  }
}

struct KeysRotate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Make a new secret; the one before works until the end of the grace period.")

  @OptionGroup var options: KeyChangeOptions
  @Option(help: "How long the secret before still works, such as 24h.")
  var grace: SpanArgument?

  func run() throws {
    let call = AdministrationCall.rotateKey(
      id: options.id, KeyRotation(graceSeconds: grace?.seconds))
    try options.format.printObject(
      try options.data.change(call, "keys rotate", acceptClock: options.acceptClock))
  }
}
