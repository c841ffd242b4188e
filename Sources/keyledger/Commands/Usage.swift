internal import ArgumentParser
internal import Foundation
internal import Ledger
internal import LedgerStore

struct Usage: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Requests counted by whatever is asked.")
  @OptionGroup var data: DataOption
  @OptionGroup var usage: UsageOptions
  @OptionGroup var format: OutputOptions

  func run() throws {
    if data.server != nil, let row = try data.asked("/v1/usage", [:], try usage.query()) {
      return try format.print(row.items, columns: try usage.columns())
    }
    let reader = try data.reader()
    let question = try usage.question(reader)
    let answer = try reader.usage(question)
    try format.print(answer.rows, columns: UsageOptions.columns(question))
  }
}

extension UsageQuestion.Period: ExpressibleByArgument {}

/// What usage is asked for, as it is typed.
struct UsageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Any of org, user, key, operation, decision, reason, source, type; with commas.",
      valueName: "dimensions"))
  var by: String?

  @Option(help: "A count for each hour, day or month of UTC.")
  var per: UsageQuestion.Period?

  @Option(help: "Show the bounds of periods with this zone's offset; they stay those of UTC.")
  var timeZone: String?

  @OptionGroup var range: RangeOptions
  @OptionGroup var asOf: AsOfOptions
  @Option(help: "Of this organization.") var org: String?
  @Option(help: "Of this user.") var user: String?
  @Option(help: "Of this key.") var key: String?
  @Option(help: "Of this operation.") var operation: String?
  @Option(help: "Of this type of request, such as api_call.") var type: String?

  /// `logSize`, where given, counts instead of the one asked for: to compute an export again.
  func question(
    _ reader: LedgerReader, logSize: UInt64? = nil, by default: String = ""
  ) throws -> UsageQuestion {
    var question = UsageQuestion()
    question.dimensions = try dimensions(by ?? `default`)
    question.period = per
    question.moment = try asOf.moment()
    if let logSize { question.moment.logSize = logSize }
    (question.since, question.until) = try range.times()
    let size = try reader.logSize(at: question.moment)
    question.moment.logSize = size
    let state = try reader.state(at: Moment(logSize: size)).state
    question.organization = try org.map { try reader.organization(named: $0, in: state) }
    question.user = try user.map { try reader.user(named: $0, in: state) }
    question.key = try key.map { try reader.key(named: $0, in: state) }
    question.operation = try operation.map { try reader.operation(named: $0, in: state) }
    question.type = try type.map { name in
      guard let type = RequestType(name: name), type != .unspecified else {
        throw Failure.usage("'\(name)' is no type of request")
      }
      return type
    }
    question.offset = try timeZone.map { name in
      guard let zone = TimeZone(identifier: name) else {
        throw Failure.usage("'\(name)' is no time zone")
      }
      return { zone.secondsFromGMT(for: Date(timeIntervalSince1970: $0.unixSeconds)) }
    }
    return question
  }

  private func dimensions(_ text: String) throws -> [UsageQuestion.Dimension] {
    var found: [UsageQuestion.Dimension] = []
    for name in text.split(separator: ",") {
      guard let dimension = UsageQuestion.Dimension(argument: String(name)) else {
        throw Failure.usage("usage cannot be counted by '\(name)'")
      }
      if !found.contains(dimension) { found.append(dimension) }
    }
    return found
  }

  /// As a service is asked.
  func query() throws -> [(String, String)] {
    guard type == nil, timeZone == nil else {
      throw Failure.usage("--type and --time-zone read the files of a data directory: pass --data")
    }
    let (since, until) = try range.times()
    let values: QueryValues = [
      "by": by, "per": per?.rawValue, "since": since?.rfc3339, "until": until?.rfc3339,
      "org": org, "user": user, "key": key, "operation": operation,
    ]
    return values.compactMap { name, value in value.map { (name, $0) } } + (try asOf.query())
  }

  func columns() throws -> [String] {
    var question = UsageQuestion()
    question.dimensions = try dimensions(by ?? "")
    return UsageOptions.columns(question)
  }

  static func columns(_ question: UsageQuestion) -> [String] {
    question.dimensions.map(\.rawValue) + [
      "periodStart", "periodEnd", "allowed", "refused", "count",
    ]
  }
}

extension Timestamp {
  fileprivate var unixSeconds: TimeInterval { TimeInterval(microseconds) / 1e6 }
}
