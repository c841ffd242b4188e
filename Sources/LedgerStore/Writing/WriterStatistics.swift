package import Ledger
internal import Synchronization

/// What the writer has done since it was opened, for whoever watches it.
package final class WriterStatistics: Sendable {
  /// Counts of values in ranges: as Prometheus' histograms, without their labels.
  package struct Histogram: Sendable {
    /// The upper bounds of all ranges but the last, which has none.
    package let bounds: [Double]
    package private(set) var counts: [UInt64]
    package private(set) var sum: Double = 0

    init(bounds: [Double]) {
      self.bounds = bounds
      counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double) {
      counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
      sum += value
    }
  }

  package struct Values: Sendable {
    package var decisions: [Reason: UInt64] = [:]
    /// Records in a commit.
    package var commitRecords = Histogram(
      bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096])
    /// Seconds that a commit waited for the disk.
    package var syncSeconds = Histogram(
      bounds: [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
      ])
    package var logSize: UInt64 = 0
    package var signedSize: UInt64 = 0
    package var projectedSize: UInt64 = 0
    /// Raised with every change to a token.
    package var tokenChanges: UInt64 = 0
    /// Why nothing can be written any more.
    package var failure: String?
  }

  private let values = Mutex(Values())

  package var current: Values { values.withLock { $0 } }

  func update(_ body: (inout Values) -> Void) { values.withLock { body(&$0) } }
}
