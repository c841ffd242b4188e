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
  package var operation: OperationOrdinal
  package var reason: Reason
  package var source: HistorySource
  package var type: RequestType

  package init(
    hour: Int64, organization: OrganizationOrdinal?, user: UserOrdinal?, key: KeyOrdinal?,
    operation: OperationOrdinal, reason: Reason, source: HistorySource, type: RequestType
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

  /// The cell a record counts in; `nil` for what is not a request, or names what nobody introduced.
  /// `state` may be folded further than the record: introductions do not change.
  package init?(_ event: Event, in state: LedgerState) {
    guard case .requestDecided(let request) = event.body,
      let subject = state.subject(of: request)
    else { return nil }
    let hours = floorDivide(
      event.happened.withinCalendar.microseconds, by: UsageCell.hour)
    self.init(
      hour: hours * UsageCell.hour, organization: subject.organization, user: subject.user,
      key: request.key, operation: request.operation, reason: request.reason,
      source: event.origin?.source ?? .unspecified, type: request.type)
  }
}
