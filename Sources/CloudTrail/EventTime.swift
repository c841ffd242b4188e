/// Times of CloudTrail files, in microseconds since 1970 UTC.
enum EventTime {
  static let microsecondsPerSecond: Int64 = 1_000_000

  /// RFC 3339, such as `2023-07-10T12:24:29Z` or `2023-07-10T14:24:29.125+02:00`; nil if it is
  /// anything else. What a fraction says beyond microseconds is cut off. A leap second, `:60`, is
  /// the first of the next minute.
  static func rfc3339(_ text: String) -> Int64? {
    var scanner = TimeScanner(text)
    guard let year = scanner.number(digits: 4), scanner.skip("-"),
      let month = scanner.number(digits: 2), scanner.skip("-"),
      let day = scanner.number(digits: 2), scanner.skip("T") || scanner.skip("t"),
      let hour = scanner.number(digits: 2), hour <= 23, scanner.skip(":"),
      let minute = scanner.number(digits: 2), minute <= 59, scanner.skip(":"),
      let second = scanner.number(digits: 2), second <= 60,
      let date = days(year: year, month: month, day: day),
      let fraction = scanner.fraction(), let offset = scanner.zone(), scanner.isAtEnd
    else { return nil }
    let seconds = ((date * 24 + hour) * 60 + minute - offset) * 60 + second
    return seconds * microsecondsPerSecond + fraction
  }

  /// What STS writes, `Jul 10, 2023, 12:54:47 PM` or `Jul 10, 2023 12:54:47 PM`, UTC. Newer Java
  /// runtimes put U+202F before the AM or PM; it reads as a space.
  static func english(_ text: String) -> Int64? {
    var scanner = TimeScanner(text)
    guard let month = scanner.month(), scanner.skip(" "),
      let day = scanner.number(digits: 1...2), scanner.skip(","), scanner.skip(" "),
      let year = scanner.number(digits: 4), scanner.skip(",") || true, scanner.skip(" "),
      let hour = scanner.number(digits: 1...2), (1...12).contains(hour), scanner.skip(":"),
      let minute = scanner.number(digits: 2), minute <= 59, scanner.skip(":"),
      let second = scanner.number(digits: 2), second <= 60,
      scanner.skip(" ") || scanner.skip("\u{202F}"),
      let isAfternoon = scanner.skip("PM") ? true : scanner.skip("AM") ? false : nil,
      scanner.isAtEnd, let date = days(year: year, month: month, day: day)
    else { return nil }
    let hourOfDay = hour % 12 + (isAfternoon ? 12 : 0)
    return (((date * 24 + hourOfDay) * 60 + minute) * 60 + second) * microsecondsPerSecond
  }

  /// Days since 1970-01-01 in the Gregorian calendar; nil if there is no such date.
  /// Howard Hinnant, `days_from_civil`: https://howardhinnant.github.io/date_algorithms.html
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1...12).contains(month), day >= 1, day <= lengths[Int(month - 1)] else { return nil }
    let yearFromMarch = month <= 2 ? year - 1 : year
    let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

/// Reads the parts of a time from the front of a text. What is not there is nil or false, and
/// leaves the place where it was.
private struct TimeScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = Substring(text).utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ text: String) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest.removeFirst(text.utf8.count)
    return true
  }

  mutating func number(digits: Int) -> Int64? { number(digits: digits...digits) }

  mutating func number(digits: ClosedRange<Int>) -> Int64? {
    let text = rest.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
    guard digits.contains(text.count) else { return nil }
    rest.removeFirst(text.count)
    return text.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
  }

  /// Microseconds; 0 if there is no fraction, nil if there is a point without digits.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    let text = rest.prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
    guard !text.isEmpty else { return nil }
    rest.removeFirst(text.count)
    var unit = EventTime.microsecondsPerSecond
    return text.reduce(0) {
      unit /= 10
      return $0 + Int64($1 - UInt8(ascii: "0")) * unit
    }
  }

  /// Minutes east of UTC.
  mutating func zone() -> Int64? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int64
    if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
    guard let hours = number(digits: 2), hours <= 23, skip(":"),
      let minutes = number(digits: 2), minutes <= 59
    else { return nil }
    return sign * (hours * 60 + minutes)
  }

  /// 1 to 12, by its English abbreviation.
  mutating func month() -> Int64? {
    let names = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    for (index, name) in names.enumerated() where skip(name) { return Int64(index + 1) }
    return nil
  }
}
