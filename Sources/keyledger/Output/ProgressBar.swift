internal import Synchronization

/// A bar on a terminal while something long runs; nothing elsewhere.
final class ProgressBar: Sendable {
  private struct State {
    var lastDrawn: ContinuousClock.Instant?
    var isDrawn = false
  }

  private static let width = 30
  private let title: String
  private let unit: String
  private let isShown: Bool
  private let started = ContinuousClock.now
  private let state = Mutex(State())

  init(_ title: String, unit: String) {
    self.title = title
    self.unit = unit
    isShown = StandardError.isTerminal
  }

  /// Draws ten times a second at most.
  func show(_ done: UInt64, of total: UInt64) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
      state.lastDrawn = now
      state.isDrawn = true
      StandardError.writeRaw("\r\u{1B}[K\(line(done, total, now))")
    }
  }

  func finish() {
    state.withLock { state in
      if state.isDrawn { StandardError.writeRaw("\r\u{1B}[K") }
      state.isDrawn = false
    }
  }

  private func line(_ done: UInt64, _ total: UInt64, _ now: ContinuousClock.Instant) -> String {
    let part = total == 0 ? 0 : min(1, Double(done) / Double(total))
    let filled = Int(part * Double(Self.width))
    let bar =
      String(repeating: "█", count: filled)
      + String(repeating: "░", count: Self.width - filled)
    let elapsed = Double((now - started).components.seconds)
    let left = part > 0.01 ? Int(elapsed / part - elapsed) : 0
    return "\(title) \(bar) \(Int(part * 100)) %  \(done) of \(total) \(unit)"
      + (left > 0 ? ", \(left) s left" : "")
  }
}
