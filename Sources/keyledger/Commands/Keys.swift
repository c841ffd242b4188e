internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Keys: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "API keys: what they are, and their life.",
    subcommands: [
      KeysList.self, KeysShow.self, KeysCreate.self, KeysRename.self, KeysEnable.self,
      KeysDisable.self, KeysSetExpiry.self, KeysSetLimit.self, KeysSetScopes.self,
      KeysSetAddresses.self, KeysSetMetadata.self, KeysRotate.self, KeysRevoke.self,
    ], defaultSubcommand: KeysList.self)

  static let columns = [
    "id", "organization", "user", "name", "kind", "environment", "state", "createdAt",
    "createdBy", "expiresAt", "expiryEstimated", "revokedAt", "revokedBy", "lastUsedAt",
    "requests",
  ]
}

extension KeyStatus: ExpressibleByArgument {}

enum KeyKindArgument: String, CaseIterable, ExpressibleByArgument {
  case permanent, temporary

  var kind: KeyKind { self == .permanent ? .permanent : .temporary }
}

struct KeysList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Keys and their state, now or at any moment.")

  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions

  @Option(help: "Of this organization.") var org: String?
  @Option(help: "Of this user.") var user: String?
  @Option(help: "In this state.") var state: KeyStatus?
  @Option(help: "Of this kind.") var kind: KeyKindArgument?
  @Option(help: ArgumentHelp("First seen longer ago, such as 90d.", valueName: "span"))
  var olderThan: SpanArgument?
  @Option(help: ArgumentHelp("Without an allowed request for so long.", valueName: "span"))
  var unusedSince: SpanArgument?
  @Option(help: ArgumentHelp("Active now and expired then.", valueName: "span"))
  var expiringWithin: SpanArgument?

  func run() throws {
    let query: QueryValues = [
      "org": org, "user": user, "state": state?.rawValue, "kind": kind?.rawValue,
      "olderThan": olderThan?.text, "unusedSince": unusedSince?.text,
      "expiringWithin": expiringWithin?.text,
    ]
    if let rows = try data.askedItems("/v1/keys", asOf, query) {
      return try format.print(rows, columns: Keys.columns)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    var filter = KeyFilter()
    filter.organization = try org.map { try reader.organization(named: $0, in: answer.state) }
    filter.user = try user.map { try reader.user(named: $0, in: answer.state) }
    filter.status = state
    filter.kind = kind?.kind
    filter.olderThan = olderThan?.seconds
    filter.unusedSince = unusedSince?.seconds
    filter.expiringWithin = expiringWithin?.seconds
    AnswerNote.write(answer)
    try format.print(reader.keys(filter, in: answer), columns: Keys.columns)
  }
}

struct KeysShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Everything about one key.")

  @OptionGroup var data: DataOption
  @OptionGroup var asOf: AsOfOptions
  @OptionGroup var format: OutputOptions
  @Argument(help: "The key's id.") var id: String

  func run() throws {
    let path = "/v1/keys/\(PercentCoding.encode(id))"
    if let row = try data.asked(path, [:], try asOf.query()) {
      return try format.printObject(row)
    }
    let reader = try data.reader()
    let answer = try reader.state(at: try asOf.moment())
    let key = try reader.key(named: id, in: answer.state)
    guard answer.state.keyActivity[key.index].since != nil else {
      throw Failure.notFound("there was no key '\(id)' then")
    }
    AnswerNote.write(answer)
    try format.printObject(reader.keyDetail(key, in: answer))
  }
}

/// Says on stderr what an answer was computed at.
enum AnswerNote {
  static func write(_ answer: StateAtMoment) {
    let when = answer.clock.rfc3339
    switch answer.clockSource {
    case .now: StandardError.note("as of now, \(when), \(answer.logSize) records")
    case .asOf: StandardError.note("as of \(when), of \(answer.logSize) records")
    case .lastRecord:
      StandardError.note("as of the first \(answer.logSize) records, the last of \(when)")
    }
  }
}
