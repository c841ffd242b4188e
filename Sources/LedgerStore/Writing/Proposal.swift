package import Ledger

/// One thing somebody asks the writer for. What it means depends on the state at the moment of its
/// turn, so that it is resolved there.
package struct Proposal: Sendable {
  package var actor: Actor?
  package var resolve:
    @Sendable (LedgerState, inout NameSealer, Timestamp) throws(StoreError) -> Result<
      Command, Refusal
    >

  package init(
    by actor: Actor?,
    _ resolve:
      @escaping @Sendable (LedgerState, inout NameSealer, Timestamp) throws(StoreError) ->
      Result<Command, Refusal>
  ) {
    self.actor = actor
    self.resolve = resolve
  }
}

/// What a proposal led to, durable when it is handed out.
package struct Receipt: Sendable {
  /// The sequence of the first event; the log size where there are none.
  package var first: UInt64
  package var events: [Event]

  package init(first: UInt64, events: [Event]) {
    self.first = first
    self.events = events
  }
}

/// The version of the program; recorded in `log.started` and printed by `--version`.
package enum KeyledgerVersion {
  package static let current = "0.1.0"
}
