import CloudTrail
import Ledger
import Testing

@Suite("Event times")
struct EventTimeTests {
  @Test(
    "RFC 3339 times are read to the microsecond",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.5Z", -500_000),
      ("2025-03-04T12:00:00Z", 1_741_089_600_000_000),
      ("2025-03-04t12:00:00z", 1_741_089_600_000_000),
      ("2025-03-04T14:30:00+02:30", 1_741_089_600_000_000),
      ("2025-03-04T04:00:00.000-08:00", 1_741_089_600_000_000),
      ("2025-03-04T12:00:00.1Z", 1_741_089_600_100_000),
      ("2025-03-04T12:00:00.123456789Z", 1_741_089_600_123_456),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
      ("2000-02-29T00:00:00Z", 951_782_400_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ])
  func good(text: String, microseconds: Int64) throws {
    #expect(try event(["eventTime": "\"\(text)\""]).happened.microseconds == microseconds)
    let exported = try event(["eventTime": "", "@timestamp": "\"\(text)\""])
    #expect(exported.happened.microseconds == microseconds)
  }

  @Test(
    "Anything else makes the file bad",
    arguments: [
      "2025-03-04", "2025-03-04T12:00:00", "2025-03-04 12:00:00Z", "2025-3-4T12:00:00Z",
      "2025-03-04T12:00Z", "2025-03-04T24:00:00Z", "2025-03-04T12:60:00Z",
      "2025-03-04T12:00:61Z", "2016-12-31T23:59:60Z", "2025-13-04T12:00:00Z",
      "2025-00-04T12:00:00Z",
      "2025-02-29T12:00:00Z", "1900-02-29T12:00:00Z", "2025-04-31T12:00:00Z",
      "2025-03-00T12:00:00Z", "2025-03-04T12:00:00.Z", "2025-03-04T12:00:00,5Z",
      "2025-03-04T12:00:00+0100", "2025-03-04T12:00:00+24:00", "2025-03-04T12:00:00Z ",
      " 2025-03-04T12:00:00Z", "2025-03-04T12:00:00ZZ", "+2025-03-04T12:00:00Z",
      "20250304T120000Z", "٢٠٢٥-03-04T12:00:00Z", "1741089600", "Mar 4, 2025, 12:00:00 PM",
    ])
  func bad(text: String) throws {
    let error = try refusal(of: record(["eventTime": "\"\(text)\""]))
    #expect(error.position == .line(1))
    #expect(error.problem == "the event's time is not an RFC 3339 time")
  }

  @Test("eventTime counts where @timestamp says something else")
  func both() throws {
    let event = try event(["@timestamp": #""2030-01-01T00:00:00Z""#])
    #expect(event.happened == Timestamp(seconds: 1_741_089_600))
    let none = try CloudTrailTests.event([
      "eventTime": "null", "@timestamp": #""1970-01-01T00:00:01Z""#,
    ])
    #expect(none.happened == Timestamp(seconds: 1))
  }
}
