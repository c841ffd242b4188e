package import Ledger
package import Transparency

/// What folding the log again came to.
package struct FoldResult: Sendable {
  package var logSize: UInt64
  package var digest: Digest
  package var seconds: Double
}

extension LedgerReader {
  /// Folds the first records again from zero, in memory, without snapshots.
  package func replay(
    to size: UInt64, before: Timestamp? = nil, progress: ((UInt64) -> Void)? = nil
  ) throws(StoreError) -> FoldResult {
    let clock = ContinuousClock()
    let start = clock.now
    var state = LedgerState()
    try forEachEvent(from: 0, to: size) { sequence, event throws(StoreError) in
      state.evolve(event, showing: before.map { event.happened < $0 } ?? true)
      if sequence % 65_536 == 0 { progress?(sequence) }
    }
    let digest = try StateDigest.of(state)
    return FoldResult(
      logSize: size, digest: digest, seconds: (clock.now - start).seconds)
  }
}

extension Swift.Duration {
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
