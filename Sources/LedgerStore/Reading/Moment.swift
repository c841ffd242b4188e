package import Ledger

/// A position in the log and in time: what a question is asked about.
package struct Moment: Hashable, Sendable {
  /// Only the first so many records count; `nil` for all there are.
  package var logSize: UInt64?
  /// Only what happened before this counts; `nil` for everything.
  package var before: Timestamp?

  package init(logSize: UInt64? = nil, before: Timestamp? = nil) {
    self.logSize = logSize
    self.before = before
  }

  package static let now = Moment()

  /// Reads RFC 3339, a date (00:00 UTC), a relative time (`24h`, before `now`) or a log size.
  package init?(_ text: String, now: Timestamp) {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let size = UInt64(text)
    {
      self.init(logSize: size)
    } else if let span = Span(text) {
      self.init(before: now.adding(seconds: -span.seconds))
    } else if let time = Timestamp(rfc3339: text) {
      self.init(before: time)
    } else {
      return nil
    }
  }

  /// A span such as `90d`, `24h`, `15m`, `30s` or `2w`.
  package struct Span: Equatable, Sendable {
    package var seconds: Int64

    package init?(_ text: String) {
      guard let unit = text.last, let count = Int64(text.dropLast()), count >= 0,
        text.first?.isNumber == true
      else { return nil }
      let scale: Int64
      switch unit {
      case "s": scale = 1
      case "m": scale = 60
      case "h": scale = 3_600
      case "d": scale = 86_400
      case "w": scale = 604_800
      default: return nil
      }
      let (seconds, tooLong) = count.multipliedReportingOverflow(by: scale)
      if tooLong { return nil }
      self.seconds = seconds
    }
  }
}

/// The state at a moment, with what it was computed from.
package struct StateAtMoment: Sendable {
  package var state: LedgerState
  package var logSize: UInt64
  /// What "expired" and the like are computed at.
  package var clock: Timestamp
  package var clockSource: ClockSource

  /// Where `clock` comes from: the moment asked for, the last record counted, or the wall clock.
  package enum ClockSource: String, Sendable { case asOf, lastRecord, now }
}
