package import Ledger

/// What usage is asked for.
package struct UsageQuestion: Sendable {
  package enum Dimension: String, CaseIterable, Sendable {
    case organization, user, key, operation, decision, reason, source, type

    /// As typed: `org` is short for `organization`.
    package init?(argument: String) {
      if argument == "org" { self = .organization } else { self.init(rawValue: argument) }
    }
  }

  package enum Period: String, CaseIterable, Sendable {
    case hour, day, month

    /// The period that `time` (microseconds) lies in, in UTC.
    package func range(around time: Int64) -> Range<Int64> {
      let day: Int64 = 86_400_000_000
      let time = Timestamp(microseconds: time).withinCalendar.microseconds
      switch self {
      case .hour:
        let start = floorDivide(time, by: 3_600_000_000) * 3_600_000_000
        return start..<start + 3_600_000_000
      case .day:
        let start = floorDivide(time, by: day) * day
        return start..<start + day
      case .month:
        let date = CivilDate.civil(days: floorDivide(time, by: day))
        let (nextYear, nextMonth) =
          date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
        return CivilDate.days(year: date.year, month: date.month, day: 1) * day..<CivilDate.days(
          year: nextYear, month: nextMonth, day: 1) * day
      }
    }
  }

  package var dimensions: [Dimension] = []
  /// Count the records themselves, whatever the projection says: for exports, which must not
  /// confirm what somebody wrote into a database.
  package var fromRecords = false
  package var period: Period?
  package var moment = Moment.now
  package var since: Timestamp?
  package var until: Timestamp?
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?
  package var key: KeyOrdinal?
  package var operation: OperationOrdinal?
  package var type: RequestType?
  /// Seconds east of UTC at a time, for the labels of periods; UTC without.
  package var offset: (@Sendable (Timestamp) -> Int)?

  package init() {}

  /// What counts happened before this.
  var end: Timestamp? {
    guard let before = moment.before else { return until }
    return until.map { min($0, before) } ?? before
  }
}
