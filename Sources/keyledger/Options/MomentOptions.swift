internal import ArgumentParser
internal import Ledger
internal import LedgerStore

/// A position in time or in the log, as it is typed.
struct MomentArgument: ExpressibleByArgument {
  let moment: Moment

  init?(argument: String) {
    guard let moment = Moment(argument, now: RecordClock.wall) else { return nil }
    self.moment = moment
  }
}

/// Which state a question is about.
struct AsOfOptions: ParsableArguments {
  @Option(help: "As of what happened before this time, or of the first so many records.")
  var asOf: MomentArgument?

  @Option(help: ArgumentHelp("As it was known then: of the first so many records.", valueName: "n"))
  var logSize: UInt64?

  func moment() throws -> Moment {
    var moment = asOf?.moment ?? .now
    if let logSize {
      guard moment.logSize == nil else {
        throw Failure.usage("--log-size goes with a time; --as-of names a log size already")
      }
      moment.logSize = logSize
    }
    return moment
  }
}

/// Which stretch of time a question is about.
struct RangeOptions: ParsableArguments {
  @Option(help: "From what happened at this time on.")
  var since: MomentArgument?

  @Option(help: "Up to, without, what happened at this time.")
  var until: MomentArgument?

  func times() throws -> (since: Timestamp?, until: Timestamp?) {
    for bound in [since, until] where bound?.moment.logSize != nil {
      throw Failure.usage("--since and --until take times; a log size goes with --as-of")
    }
    return (since?.moment.before, until?.moment.before)
  }
}

/// A span of time, such as `90d`.
struct SpanArgument: ExpressibleByArgument {
  let seconds: Int64

  var text: String { "\(seconds)s" }

  init?(argument: String) {
    guard let span = Moment.Span(argument) else { return nil }
    seconds = span.seconds
  }
}
