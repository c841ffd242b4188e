package import Ledger

/// A limit as people write it: `60/60s`, so many requests in such a span.
extension RateLimit {
  /// Reads `60/60s`, `2/1h`; `nil` for anything else, and for what limits nothing.
  package init?(text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = UInt64(parts[0]), count > 0,
      let span = Moment.Span(String(parts[1])), span.seconds > 0, span.seconds < 1 << 32
    else { return nil }
    self.init(capacity: count, refill: count, interval: span.seconds * 1_000_000)
  }

  /// Whole hours and days in their own unit, all else in seconds.
  package var text: String {
    let seconds = interval / 1_000_000
    if seconds > 0, seconds % 86_400 == 0 { return "\(capacity)/\(seconds / 86_400)d" }
    if seconds > 0, seconds % 3_600 == 0 { return "\(capacity)/\(seconds / 3_600)h" }
    return "\(capacity)/\(seconds)s"
  }
}
