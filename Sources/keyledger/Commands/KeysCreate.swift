internal import ArgumentParser
internal import Ledger
internal import LedgerStore
internal import Secrets

enum EnvironmentArgument: String, CaseIterable, ExpressibleByArgument {
  case live, staging, test

  var recorded: Ledger.KeyEnvironment {
    switch self {
    case .live: .live
    case .staging: .staging
    case .test: .test
    }
  }

  var printed: Secrets.KeyEnvironment {
    switch self {
    case .live: .live
    case .staging: .staging
    case .test: .test
    }
  }
}

/// A new secret and what may be kept of it.
private struct NewSecret {
  let id: String
  let secret: String
  let hint: String

  /// The id is independent of the secret; it stands in records and answers.
  init(product: String, environment: EnvironmentArgument) throws {
    guard let format = APIKeyFormat(product: product, environment: environment.printed) else {
      throw Failure.usage(
        "'\(product)' is no product: a lower-case letter, then lower-case letters and digits")
    }
    secret = format.generate()
    hint = APIKeyFormat.displayHint(of: secret) ?? ""
    id =
      "key_" + String(UInt64.random(in: .min ... .max), radix: 36)
      + String(UInt64.random(in: .min ... .max), radix: 36)
  }
}

struct KeysCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key. Its secret is shown once and kept nowhere.")

  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Option(help: "The organization.") var org: String
  @Option(help: "The user it acts for.") var user: String
  @Option(help: "A name for people.") var name: String?
  @Option(help: "The first part of the secret.") var product = "kl"
  @Option(help: "Where it is for.") var environment = EnvironmentArgument.live
  @Option(help: "A time, a span from now such as 90d, or never.") var expires: ExpiryArgument?
  @Option(help: "Such as 60/60s.") var limit: LimitArgument?
  @Option(help: "An operation it may perform; may be repeated. None: all.")
  var scope: [String] = []
  @Option(help: "An address or CIDR range it may be used from; may be repeated. None: all.")
  var address: [String] = []
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false

  func run() throws {
    let new = try NewSecret(product: product, environment: environment)
    let (org, user, name, scope, address) = (org, user, name, scope, address)
    let (expires, limit, recorded) = (expires?.time, limit?.limit, environment.recorded)
    let (id, secret, hint) = (new.id, new.secret, new.hint)
    _ = try data.write("keys create", acceptClock: acceptClock) { writer, actor in
      try writer.perform(
        Proposal(by: actor) { state, sealer, _ throws(StoreError) in
          guard let organization = state.index.organizations[org] else {
            return .failure(.unknown(.organization, org))
          }
          guard case .known(let owner) = try sealer.user(user, in: state) else {
            return .failure(.unknown(.user, user))
          }
          return .success(
            .createKey(
              NewKey(
                id: id, owner: Membership(organization: organization, user: owner), profile: nil,
                name: name, environment: recorded, secret: try sealer.secret(secret, hint: hint),
                expires: expires, scopes: scope, addresses: address, limit: limit)))
        })
    }
    try format.printObject(
      Row(["id": .text(id), "secret": .text(secret), "state": .text("active")]))
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
    let reader = try options.data.reader()
    let state = try reader.state(at: .now).state
    let held = state.keys[try reader.key(named: options.id, in: state).index]
    let environment = EnvironmentArgument(rawValue: held.environment.name) ?? .live
    let product = held.hint?.split(separator: "_").first.map(String.init) ?? "kl"
    let new = try NewSecret(product: product, environment: environment)
    let (id, secret, hint) = (new.id, new.secret, new.hint)
    let (previous, seconds) = (options.id, grace?.seconds ?? 0)
    _ = try options.data.write("keys rotate", acceptClock: options.acceptClock) { writer, actor in
      try writer.perform(
        Proposal(by: actor) { state, sealer, _ throws(StoreError) in
          guard let key = state.index.keys[previous] else {
            return .failure(.unknown(.key, previous))
          }
          return .success(
            .rotateKey(
              key, id: id, secret: try sealer.secret(secret, hint: hint), grace: seconds))
        })
    }
    try options.format.printObject(
      Row(["id": .text(id), "secret": .text(secret), "state": .text("active")]))
  }
}
