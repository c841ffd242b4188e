internal import Foundation
internal import Ledger

/// Times as CloudTrail files write them.
enum EventTime {
  /// RFC 3339, such as `2023-07-10T12:24:29Z` or `2023-07-10T14:24:29.125+02:00`; nil if it is
  /// anything else, a date alone included, which is no event's time.
  static func rfc3339(_ text: String) -> Timestamp? {
    let beforeTime = "yyyy-mm-dd".utf8.count
    guard let separator = text.utf8.dropFirst(beforeTime).first,
      separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t")
    else { return nil }
    return Timestamp(rfc3339: text)
  }

  /// What STS writes, `Jul 10, 2023, 12:54:47 PM` or `Jul 10, 2023 12:54:47 PM`, UTC; newer Java
  /// runtimes put U+202F before the AM or PM. About 10 µs.
  static func english(_ text: String) -> Timestamp? {
    for strategy in [withComma, withoutComma] {
      // A text of another form is no error: the caller has other ways to tell when a key expires.
      guard let date = try? strategy.parse(text) else { continue }
      return Timestamp(seconds: Int64(date.timeIntervalSince1970.rounded()))
    }
    return nil
  }

  private static let withComma = strategy(
    """
    \(month: .abbreviated) \(day: .defaultDigits), \(year: .defaultDigits), \
    \(hour: .defaultDigits(clock: .twelveHour, hourCycle: .oneBased)):\(minute: .twoDigits):\
    \(second: .twoDigits) \(dayPeriod: .standard(.abbreviated))
    """)

  private static let withoutComma = strategy(
    """
    \(month: .abbreviated) \(day: .defaultDigits), \(year: .defaultDigits) \
    \(hour: .defaultDigits(clock: .twelveHour, hourCycle: .oneBased)):\(minute: .twoDigits):\
    \(second: .twoDigits) \(dayPeriod: .standard(.abbreviated))
    """)

  private static func strategy(_ format: Date.FormatString) -> Date.ParseStrategy {
    Date.ParseStrategy(
      format: format, locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
      calendar: Calendar(identifier: .gregorian), isLenient: false)
  }
}
