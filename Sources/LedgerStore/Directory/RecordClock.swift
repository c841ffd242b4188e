internal import Glibc
package import Ledger

/// The time of records: an anchor taken at start plus `CLOCK_BOOTTIME`, drawn towards the wall
/// clock by at most 500 ppm, so that one jump of the wall clock neither freezes a limit nor makes
/// time go back.
package struct RecordClock: Sendable {
  /// How fast a record's time may be drawn to the wall clock: as `adjtime(3)`.
  private static let slewPartsPerMillion: Int64 = 500
  /// A start this far before the last record is refused: more than clocks on one machine drift,
  /// less than anybody would set a clock by hand. Seconds.
  package static let tolerance: Int64 = 5

  /// A day: keeps the product with the rate far from overflow.
  private static let longestUnslewed: Int64 = 86_400_000_000

  private var boot: Int64
  private var time: Int64
  /// Microseconds that passed and have not been used for drawing near yet.
  private var unslewed: Int64 = 0

  /// Starts at the wall clock's time, or at `lastRecorded` if that is later.
  package init(lastRecorded: Timestamp, acceptClock: Bool) throws(StoreError) {
    let wall = RecordClock.read(CLOCK_REALTIME)
    if lastRecorded > .distantPast {
      let behind = (lastRecorded.microseconds - wall) / 1_000_000
      if behind > RecordClock.tolerance, !acceptClock { throw .clockBehind(seconds: behind) }
    }
    boot = RecordClock.read(CLOCK_BOOTTIME)
    time = max(wall, lastRecorded.microseconds)
  }

  /// Never less than what it answered before.
  package mutating func now() -> Timestamp {
    let boot = RecordClock.read(CLOCK_BOOTTIME)
    let elapsed = max(0, boot - self.boot)
    self.boot = boot
    time += elapsed
    unslewed = min(unslewed + elapsed, RecordClock.longestUnslewed)
    let slew = unslewed * RecordClock.slewPartsPerMillion / 1_000_000
    guard slew > 0 else { return Timestamp(microseconds: time) }
    unslewed = 0
    let ahead = time - RecordClock.read(CLOCK_REALTIME)
    time -= min(max(ahead, -slew), min(slew, elapsed))
    return Timestamp(microseconds: time)
  }

  /// The wall clock, for questions about now.
  package static var wall: Timestamp { Timestamp(microseconds: read(CLOCK_REALTIME)) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var value = timespec()
    clock_gettime(clock, &value)
    return Int64(value.tv_sec) * 1_000_000 + Int64(value.tv_nsec) / 1_000
  }
}
