internal import Ledger

/// Tells when requests with nobody behind them are worth a record each, and counts the others, so
/// that a flood neither fills the disk nor goes uncounted.
struct Flood {
  /// A counted request waits so long for its record, in microseconds: what a log of a long flood
  /// grows by is ten records a second.
  static let interval: Int64 = 100_000
  /// So long nothing may have been counted, in microseconds, before records are written one by one
  /// again: a flood that lasts does not get its allowance every second.
  private static let quiet: Int64 = 1_000_000
  /// Requests to public routes a second with a record each: a dashboard of many people asks for
  /// leave (`OPTIONS`) that often.
  private static let publicPerSecond: Int64 = 1_000

  private struct Kind: Hashable {
    var profile: ProfileOrdinal
    var reason: Reason
  }

  /// Records that may still be written one by one, in millionths, so that microseconds refill it
  /// exactly.
  private struct Allowance {
    let perSecond: Int64
    var left: Int64
    var refilled: Timestamp?
    var counted: Timestamp?

    init(perSecond: Int64) {
      self.perSecond = perSecond
      left = perSecond * 1_000_000
    }

    mutating func take(at now: Timestamp) -> Bool {
      let passed = refilled.map { max(0, now.microseconds - $0.microseconds) } ?? 0
      refilled = now
      let isQuiet = counted.map { now > $0.adding(microseconds: Flood.quiet) } ?? true
      // A second's worth at most, so that the product stays small.
      if isQuiet {
        left = min(left + min(passed, 1_000_000) * perSecond, perSecond * 1_000_000)
      }
      guard left >= 1_000_000 else {
        counted = now
        return false
      }
      left -= 1_000_000
      return true
    }
  }

  private var refusals: Allowance
  private var passes: Allowance
  private var counts: [Kind: UInt64] = [:]
  private var started = Timestamp.distantPast

  init(perSecond: Int) {
    refusals = Allowance(perSecond: Int64(perSecond))
    passes = Allowance(perSecond: perSecond == 0 ? 0 : Self.publicPerSecond)
  }

  var isEmpty: Bool { counts.isEmpty }

  /// Whether one more may have a record of its own.
  mutating func admits(_ reason: Reason, at now: Timestamp) -> Bool {
    reason == .allowed ? passes.take(at: now) : refusals.take(at: now)
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

  /// Counts in one record at most: a quarter of what it can hold.
  private static let countsOfARecord = 1_024

  /// What is counted, for one record; begins anew when all is taken.
  mutating func take(at now: Timestamp) -> RequestsCoalesced {
    let entries = counts.sorted {
      ($0.key.profile.value, $0.key.reason.rawValue)
        < ($1.key.profile.value, $1.key.reason.rawValue)
    }.prefix(Self.countsOfARecord)
    for entry in entries { counts[entry.key] = nil }
    return RequestsCoalesced(
      counts: entries.map {
        CoalescedCount(profile: $0.key.profile, reason: $0.key.reason, count: $0.value)
      }, started: started, ended: now)
  }
}

/// New clients a second that get a record and a sealing key of their own, which memory and vault
/// keep for good. A client is what it says it is: without a bound anybody could fill both.
struct ClientAllowance {
  /// Of requests with nobody behind them.
  private static let anonymousPerSecond = 10
  /// Of users: an API with that many new browsers a second has other bounds.
  private static let knownPerSecond = 500

  private var second: Int64 = .min
  private var anonymous = 0
  private var known = 0

  mutating func take(isAnonymous: Bool, at now: Timestamp) -> Bool {
    let current = floorDivide(now.microseconds, by: 1_000_000)
    if current != second { (second, anonymous, known) = (current, 0, 0) }
    if isAnonymous {
      anonymous += 1
      return anonymous <= Self.anonymousPerSecond
    }
    known += 1
    return known <= Self.knownPerSecond
  }
}
