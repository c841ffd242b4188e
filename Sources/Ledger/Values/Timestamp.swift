/// A moment, in microseconds since 1970-01-01T00:00:00Z. Leap seconds do not exist here, as in
/// POSIX time.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { microseconds = seconds * 1_000_000 }

  package static let distantPast = Timestamp(microseconds: .min)
  package static let distantFuture = Timestamp(microseconds: .max)

  /// Year 1 to year 9999: what calendars and RFC 3339 can tell. A record may say anything; sums
  /// over hours and months take the nearest moment in here.
  package var withinCalendar: Timestamp {
    let first = CivilDate.days(year: 1, month: 1, day: 1) * 86_400_000_000
    let end = CivilDate.days(year: 10_000, month: 1, day: 1) * 86_400_000_000
    return Timestamp(microseconds: min(max(microseconds, first), end - 1))
  }

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

  /// Saturates at the ends of time instead of overflowing.
  package func adding(seconds: Int64) -> Timestamp {
    let (span, tooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    if tooLong { return seconds < 0 ? .distantPast : .distantFuture }
    return adding(microseconds: span)
  }

  /// Saturates at the ends of time instead of overflowing.
  package func adding(microseconds span: Int64) -> Timestamp {
    let (sum, beyond) = microseconds.addingReportingOverflow(span)
    if beyond { return span < 0 ? .distantPast : .distantFuture }
    return Timestamp(microseconds: sum)
  }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back. Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", `days_from_civil` and `civil_from_days`.
package enum CivilDate {
  package static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let m = (5 * dayOfYear + 2) / 153
    let month = m < 10 ? m + 3 : m - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
  }

  package static func daysIn(month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
