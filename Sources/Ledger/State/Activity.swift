/// What requests leave behind on whatever they name. None of it depends on the order of records.
package struct Activity: Message, Hashable {
  /// The earliest moment at which the thing is known to have existed; `nil` until something about
  /// it has happened.
  package private(set) var since: Timestamp?
  /// The latest allowed request.
  package private(set) var lastAllowed: Timestamp?
  package private(set) var allowed: UInt64 = 0
  package private(set) var refused: UInt64 = 0

  package init() {}

  package var requests: UInt64 { allowed + refused }

  package mutating func exist(at time: Timestamp) {
    if let since, since <= time { return }
    since = time
  }

  package mutating func count(_ reason: Reason, at time: Timestamp) {
    exist(at: time)
    guard reason == .allowed else {
      refused += 1
      return
    }
    allowed += 1
    if let lastAllowed, lastAllowed >= time { return }
    lastAllowed = time
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "since", &since)
    try fields.field(2, "last_allowed", &lastAllowed)
    try fields.field(3, "allowed", &allowed)
    try fields.field(4, "refused", &refused)
  }
}
