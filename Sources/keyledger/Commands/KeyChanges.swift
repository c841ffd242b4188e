internal import ArgumentParser
internal import Ledger
internal import LedgerStore

/// What every command that changes one key takes.
struct KeyChangeOptions: ParsableArguments {
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false
  @Argument(help: "The key's id.") var id: String

  /// Carries the change out and prints the key as it is then.
  func change(_ name: String, _ set: (inout KeyPatch) -> Void) throws {
    var patch = KeyPatch()
    set(&patch)
    try change(name, .patchKey(id: id, patch))
  }

  func change(_ name: String, _ call: AdministrationCall) throws {
    _ = try data.change(call, "keys \(name)", acceptClock: acceptClock)
    try format.printObject(try shownKey())
  }

  private func shownKey() throws -> Row {
    if let row = try data.asked("/v1/keys/\(PercentCoding.encode(id))") { return row }
    let reader = try data.reader()
    let answer = try reader.state(at: .now)
    let key = try reader.key(named: id, in: answer.state)
    return reader.keyDetail(key, in: answer)
  }
}

struct KeysRename: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Give a key another name, or none.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "The name; left out, the key has none.") var name: String?

  func run() throws {
    try options.change("rename") { $0.name = KeyPatch.Setting(name) }
  }
}

struct KeysEnable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Let a disabled key work again.")
  @OptionGroup var options: KeyChangeOptions

  func run() throws { try options.change("enable") { $0.enabled = true } }
}

struct KeysDisable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Refuse a key until it is enabled again.")
  @OptionGroup var options: KeyChangeOptions

  func run() throws { try options.change("disable") { $0.enabled = false } }
}

struct KeysRevoke: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Refuse a key for ever.")
  @OptionGroup var options: KeyChangeOptions

  func run() throws { try options.change("revoke", .revokeKey(id: options.id)) }
}

struct KeysSetExpiry: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-expiry", abstract: "Set when a key stops working.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "A time, a span from now such as 90d, or never.") var expiry: ExpiryArgument

  func run() throws {
    try options.change("set-expiry") { $0.expiresAt = KeyPatch.Setting(expiry.time) }
  }
}

struct KeysSetLimit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-limit", abstract: "Set how many requests a key may make.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "Such as 60/60s, or default for the profile's own.") var limit: LimitArgument

  func run() throws {
    try options.change("set-limit") { $0.limit = KeyPatch.Setting(limit.limit) }
  }
}

struct KeysSetScopes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-scopes", abstract: "Set the operations a key may perform.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "Operations; none lets it perform all.") var scopes: [String] = []

  func run() throws {
    try options.change("set-scopes") { $0.scopes = scopes }
  }
}

struct KeysSetAddresses: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-addresses", abstract: "Set the addresses a key may be used from.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "Addresses or CIDR ranges; none lets it be used from all.")
  var ranges: [String] = []

  func run() throws {
    try options.change("set-addresses") { $0.addresses = ranges }
  }
}

struct KeysSetMetadata: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-metadata", abstract: "Replace a key's metadata.")
  @OptionGroup var options: KeyChangeOptions
  @Argument(help: "Entries as name=value; none removes all.") var entries: [EntryArgument] = []

  func run() throws {
    var metadata: [String: String] = [:]
    for entry in entries {
      guard metadata.updateValue(entry.value, forKey: entry.name) == nil else {
        throw Failure.usage("a name is given twice")
      }
    }
    try options.change("set-metadata") { $0.metadata = metadata }
  }
}

/// `name=value`.
struct EntryArgument: ExpressibleByArgument {
  let name: String
  let value: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
    name = String(argument[..<sign])
    value = String(argument[argument.index(after: sign)...])
  }
}

/// A time, a span from now, or `never`.
struct ExpiryArgument: ExpressibleByArgument {
  let time: Timestamp?

  init?(argument: String) {
    if argument == "never" {
      time = nil
    } else if let span = Moment.Span(argument) {
      time = RecordClock.wall.adding(seconds: span.seconds)
    } else if let time = Timestamp(rfc3339: argument) {
      self.time = time
    } else {
      return nil
    }
  }
}

/// `60/60s`: so many requests in such a span; `default` for the profile's own.
struct LimitArgument: ExpressibleByArgument {
  let limit: RateLimit?

  init?(argument: String) {
    if argument == "default" {
      limit = nil
      return
    }
    guard let limit = RateLimit(text: argument) else { return nil }
    self.limit = limit
  }
}
