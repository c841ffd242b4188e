import Foundation
import Ledger
import Testing

@Suite("Times and dates")
struct TimestampTests {
  @Test(
    "RFC 3339 is read",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2023-07-10T12:24:29Z", 1_688_991_869_000_000),
      ("2023-07-10t12:24:29z", 1_688_991_869_000_000),
      ("2023-07-10 12:24:29Z", 1_688_991_869_000_000),
      ("2023-07-10T14:24:29+02:00", 1_688_991_869_000_000),
      ("2023-07-10T08:54:29-03:30", 1_688_991_869_000_000),
      ("2023-07-11T12:23:29+23:59", 1_688_991_869_000_000),
      ("2023-07-10T12:24:29.5Z", 1_688_991_869_500_000),
      ("2023-07-10T12:24:29.000001Z", 1_688_991_869_000_001),
      ("2023-07-10T12:24:29.1234567890123456789Z", 1_688_991_869_123_456),
      ("2023-07-10", 1_688_947_200_000_000), ("1969-12-31T23:59:59.999999Z", -1),
      ("1969-12-31", -86_400_000_000), ("2000-02-29T00:00:00Z", 951_782_400_000_000),
      ("2024-02-29T23:59:59Z", 1_709_251_199_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ])
  func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
  }

  @Test(
    "What is not a time is refused",
    arguments: [
      "", "2023", "2023-07", "2023-7-10", "2023-07-10T", "2023-07-10T12:24", "2023-07-10T12:24Z",
      "2023-07-10T12:24:29", "2023-07-10T12:24:29.Z", "2023-07-10T12:24:29,5Z",
      "2023-07-10T12:24:60Z", "2023-07-10T24:00:00Z", "2023-07-10T12:60:00Z",
      "2023-00-10T00:00:00Z", "2023-13-10T00:00:00Z", "2023-07-00", "2023-04-31", "2023-02-29",
      "1900-02-29", "2100-02-29T00:00:00Z", "2023-07-10T12:24:29+2:00", "2023-07-10T12:24:29+02",
      "2023-07-10T12:24:29+0200", "2023-07-10T12:24:29+24:00", "2023-07-10T12:24:29+02:60",
      "2023-07-10T12:24:29ZZ", " 2023-07-10", "2023-07-10 ", "+2023-07-10", "-023-07-10",
      "12023-07-10", "2023-07-1０", "2023/07/10", "20230710T122429Z", "2023-07-10T12:24:-1Z",
    ])
  func refuses(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test("A time is written with six digits of fraction, in UTC, and reads back")
  func roundTrip() {
    #expect(Timestamp(microseconds: 0).rfc3339 == "1970-01-01T00:00:00.000000Z")
    #expect(Timestamp(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
    var random = SeededGenerator(seed: 6)
    let years0to9999: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999
    for _ in 0..<2_000 {
      let moment = Timestamp(microseconds: Int64.random(in: years0to9999, using: &random))
      let text = moment.rfc3339
      #expect(text.utf8.count == 27)
      #expect(Timestamp(rfc3339: text) == moment)
    }
  }

  @Test("The ends of time can be written: with a sign, or with more than four digits of year")
  func endsOfTime() {
    #expect(Timestamp.distantFuture.rfc3339 == "294247-01-10T04:00:54.775807Z")
    #expect(Timestamp.distantPast.rfc3339 == "-290308-12-21T19:59:05.224192Z")
    #expect(
      Timestamp(microseconds: 253_402_300_800_000_000).rfc3339 == "10000-01-01T00:00:00.000000Z")
  }

  @Test("Text order is time order")
  func order() {
    var random = SeededGenerator(seed: 7)
    let moments = (0..<200).map { _ in
      Timestamp(microseconds: Int64.random(in: 0...4_000_000_000_000_000, using: &random))
    }
    #expect(moments.sorted().map(\.rfc3339) == moments.map(\.rfc3339).sorted())
  }

  @Test("Adding seconds stops at the ends of time")
  func saturates() {
    #expect(time().adding(seconds: 60) == time(60))
    #expect(time().adding(seconds: -60) == time(-60))
    #expect(time().adding(seconds: .max) == .distantFuture)
    #expect(time().adding(seconds: .min) == .distantPast)
    #expect(Timestamp.distantFuture.adding(seconds: 1) == .distantFuture)
    #expect(Timestamp.distantPast.adding(seconds: -1) == .distantPast)
  }

  @Test("Dates and days agree with the C library over 400 years and both ways")
  func civilDates() {
    var previous = Int64.min
    // 1770 to 2170: a whole cycle of the Gregorian calendar, around 1970.
    for days in Int64(-73_048)...73_049 {
      let date = CivilDate.civil(days: days)
      if CivilDate.days(year: date.year, month: date.month, day: date.day) != days {
        Issue.record("day \(days) became \(date)")
      }
      let place = date.year * 10_000 + date.month * 100 + date.day
      if place <= previous { Issue.record("day \(days) is not after the day before") }
      previous = place
      guard days % 97 == 0 else { continue }
      var seconds = time_t(days * 86_400)
      var fields = tm()
      gmtime_r(&seconds, &fields)
      #expect(
        date == (Int64(fields.tm_year) + 1900, Int64(fields.tm_mon) + 1, Int64(fields.tm_mday)))
    }
  }

  @Test("A month has its days, leap years included")
  func daysInMonths() {
    #expect((1...12).map { CivilDate.daysIn(month: $0, of: 2023) }.reduce(0, +) == 365)
    #expect((1...12).map { CivilDate.daysIn(month: $0, of: 2024) }.reduce(0, +) == 366)
    for (year, days) in [(1900, 28), (2000, 29), (2100, 28), (2400, 29), (4, 29), (0, 29)] {
      #expect(CivilDate.daysIn(month: 2, of: Int64(year)) == days)
    }
  }
}
