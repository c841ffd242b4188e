internal import Ledger

/// Tells when refusals of nobody are worth a record each, and counts the others, so that a flood
/// neither fills the disk nor goes uncounted.
struct Flood {
  /// A counted refusal waits so long for its record, in microseconds: what a log of a long flood
  /// grows by is ten records a second.
  static let interval: Int64 = 100_000

  private struct Kind: Hashable {
    var profile: ProfileOrdinal
    var reason: Reason
  }

  private let perSecond: Int64
  /// Records that may still be written, in millionths, so that microseconds refill it exactly.
  private var allowance: Int64
  private var refilled: Timestamp?
  private var counts: [Kind: UInt64] = [:]
  private var started = Timestamp.distantPast

  init(perSecond: Int) {
    self.perSecond = Int64(perSecond)
    allowance = Int64(perSecond) * 1_000_000
  }

  var isEmpty: Bool { counts.isEmpty }

  /// Whether one more may have a record of its own.
  mutating func admits(at now: Timestamp) -> Bool {
    let passed = refilled.map { max(0, now.microseconds - $0.microseconds) } ?? 0
    refilled = now
    // A second's worth at most, so that the product stays small.
    let refill = min(passed, 1_000_000) * perSecond
    allowance = min(allowance + refill, perSecond * 1_000_000)
    guard allowance >= 1_000_000 else { return false }
    allowance -= 1_000_000
    return true
  }

  mutating func count(
    _ profile: ProfileOrdinal, _ reason: Reason, _ number: UInt64 = 1, at now: Timestamp
  ) {
    if counts.isEmpty { started = now }
    counts[Kind(profile: profile, reason: reason), default: 0] += number
  }

  func isDue(at now: Timestamp) -> Bool {
    !counts.isEmpty && now >= started.adding(microseconds: Self.interval)
  }

  /// Everything counted, for one record; begins anew.
  mutating func take(at now: Timestamp) -> RequestsCoalesced {
    defer { counts.removeAll(keepingCapacity: true) }
    let entries = counts.sorted {
      ($0.key.profile.value, $0.key.reason.rawValue) < (
        $1.key.profile.value, $1.key.reason.rawValue
      )
    }
    return RequestsCoalesced(
      counts: entries.map {
        CoalescedCount(profile: $0.key.profile, reason: $0.key.reason, count: $0.value)
      }, started: started, ended: now)
  }
}
