/// How a writer works.
package struct WriterOptions: Sendable {
  /// What another writer is told that finds the directory held.
  package var program: String
  /// Start although the clock is behind the last record.
  package var acceptClock = false
  /// Requests that may wait; one more is refused. What a commit of a slow disk leaves waiting:
  /// 4,096 requests are decided in some milliseconds.
  package var queueDepth = 4_096
  /// Refusals a second, with no known key or user behind them, that have a record of their own.
  package var unauthenticatedPerSecond = 100
  /// Seconds between two signed checkpoints while records come; `nil` signs at the end only.
  package var checkpointSeconds: Int?

  /// Is told, on the writer's thread, what goes wrong while it works.
  package var onNote: @Sendable (String) -> Void = { _ in }

  package init(program: String) { self.program = program }
}
