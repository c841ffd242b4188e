package import Ledger

/// What requests are counted by: one hour and everything a request record says of itself that is
/// worth adding up.
package struct UsageCell: Hashable, Sendable {
  package static let hour: Int64 = 3_600_000_000

  /// Microseconds since 1970, a whole hour of UTC.
  package var hour: Int64
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?
  package var key: KeyOrdinal?
  /// Absent from what was only counted.
  package var operation: OperationOrdinal?
  package var reason: Reason
  package var source: HistorySource
  package var type: RequestType

  package init(
    hour: Int64, organization: OrganizationOrdinal?, user: UserOrdinal?, key: KeyOrdinal?,
    operation: OperationOrdinal?, reason: Reason, source: HistorySource, type: RequestType
  ) {
    self.hour = hour
    self.organization = organization
    self.user = user
    self.key = key
    self.operation = operation
    self.reason = reason
    self.source = source
    self.type = type
  }

  /// The cells a record counts in, and how much; none for what is not about requests, or names what
  /// nobody introduced. `state` may be folded further than the record: introductions do not change.
  package static func forEach(
    of event: Event, in state: LedgerState, _ body: (UsageCell, UInt64) -> Void
  ) {
    let hours = floorDivide(event.happened.withinCalendar.microseconds, by: UsageCell.hour)
    switch event.body {
    case .requestDecided(let request):
      guard let subject = state.subject(of: request) else { return }
      let cell = UsageCell(
        hour: hours * UsageCell.hour, organization: subject.organization, user: subject.user,
        key: request.key, operation: request.operation, reason: request.reason,
        source: event.origin?.source ?? .unspecified, type: request.type)
      body(cell, 1)
    case .requestsCoalesced(let coalesced):
      for entry in coalesced.counts {
        let cell = UsageCell(
          hour: hours * UsageCell.hour, organization: nil, user: nil, key: nil, operation: nil,
          reason: entry.reason, source: .unspecified, type: .unspecified)
        body(cell, entry.count)
      }
    default: return
    }
  }

  /// The kinds of event that count, as bits of a block's summary.
  package static let summary =
    EventType.requestDecided.summaryBit | EventType.requestsCoalesced.summaryBit
}
