package import Ledger

/// Which records of the trail, in the words of whoever asks.
package struct TrailRequest: Sendable {
  package var since: Timestamp?
  package var until: Timestamp?
  package var organization: String?
  package var user: String?
  package var key: String?
  package var operation: String?
  package var client: String?
  package var types: [String] = []
  package var decision: Decision?
  package var reason: String?

  package init() {}

  /// Looks the names up; one that is not there, or no name of a kind, is an error.
  package func filter(
    _ reader: LedgerReader, in state: LedgerState
  ) throws(StoreError) -> TrailFilter {
    var filter = TrailFilter()
    (filter.since, filter.until) = (since, until)
    if let organization {
      filter.organization = try reader.organization(named: organization, in: state)
    }
    if let user { filter.user = try reader.user(named: user, in: state) }
    if let key { filter.key = try reader.key(named: key, in: state) }
    if let operation { filter.operation = try reader.operation(named: operation, in: state) }
    if let client { filter.clients = try reader.clients(named: client, in: state) }
    for name in types {
      guard let type = EventType(name: name) else {
        throw .invalid("'\(name)' is no type of event")
      }
      filter.types.insert(type)
    }
    filter.decision = decision
    if let reason {
      guard let known = Reason(name: reason), known != .unspecified else {
        throw .invalid("'\(reason)' is no reason")
      }
      filter.reason = known
    }
    return filter
  }
}
