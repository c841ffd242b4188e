internal import EventLog
package import Ledger

/// Takes history in, each event once for ever.
package struct Importer {
  /// What an import came to.
  package struct Summary: Sendable, Equatable {
    /// Events read, known ones included.
    package var events: UInt64 = 0
    package var added: UInt64 = 0
    package var known: UInt64 = 0
    /// The same id with other content; the first was kept.
    package var conflicts: [String] = []
    package var conflictCount: UInt64 = 0
    /// Events that no record can hold, each with the reason.
    package var rejected: [String] = []
    package var rejectedCount: UInt64 = 0

    package init() {}
  }

  /// Conflicts and rejections told by id; more are only counted.
  private static let toldAtMost = 100

  private let writer: LedgerWriter
  private let source: HistorySource
  private let actor: Actor
  package private(set) var summary = Summary()

  package init(
    _ writer: LedgerWriter, source: HistorySource, by actor: Actor
  ) throws(StoreError) {
    try writer.withBook { book throws(StoreError) in try book.requireImportedIDs() }
    self.writer = writer
    self.source = source
    self.actor = actor
  }

  /// Records what is new of a batch, each event with everything it brings in one group.
  package mutating func add(_ events: [HistoryEvent]) throws(StoreError) {
    let source = source
    let verdicts = try writer.withBook { book throws(StoreError) in
      try Importer.judge(events, source, &book)
    }
    var proposals: [Proposal] = []
    var proposed: [String] = []
    for (event, verdict) in zip(events, verdicts) {
      summary.events += 1
      switch verdict {
      case .new(let fingerprint):
        proposed.append(event.id)
        proposals.append(Importer.proposal(event, source, fingerprint))
      case .known: summary.known += 1
      case .conflict:
        summary.conflictCount += 1
        if summary.conflicts.count < Self.toldAtMost { summary.conflicts.append(event.id) }
      }
    }
    guard !proposals.isEmpty else { return }
    for (id, outcome) in zip(proposed, try writer.perform(proposals)) {
      switch outcome {
      case .success: summary.added += 1
      case .failure(.importedBefore(_, isSame: true)): summary.known += 1
      case .failure(.importedBefore(_, isSame: false)):
        summary.conflictCount += 1
        if summary.conflicts.count < Self.toldAtMost { summary.conflicts.append(id) }
      case .failure(let refusal):
        summary.rejectedCount += 1
        if summary.rejected.count < Self.toldAtMost { summary.rejected.append("\(id): \(refusal)") }
      }
    }
  }

  /// Records that the import reached its end, if it recorded anything.
  package func complete(files: UInt64, skipped: UInt64) throws(StoreError) {
    guard summary.added > 0 else { return }
    let completed = ImportCompleted(
      source: source, files: files, events: summary.events, added: summary.added,
      filesSkipped: skipped)
    let source = source
    _ = try writer.perform(
      Proposal(by: actor) { _, _, _ in .success(.completeImport(completed, source: source)) })
  }

  private enum Verdict: Sendable {
    case new(fingerprint: UInt64)
    case known
    case conflict
  }

  private static func judge(
    _ events: [HistoryEvent], _ source: HistorySource, _ book: inout Book
  ) throws(StoreError) -> [Verdict] {
    var here: [String: UInt64] = [:]
    var verdicts: [Verdict] = []
    for event in events {
      let fingerprint = book.fingerprint(event.content)
      let recorded: UInt64? = try book.imported(source, id: event.id)
      if let held = here[event.id] ?? recorded {
        verdicts.append(held == fingerprint ? .known : .conflict)
      } else {
        here[event.id] = fingerprint
        verdicts.append(.new(fingerprint: fingerprint))
      }
    }
    return verdicts
  }

  private static func proposal(
    _ event: HistoryEvent, _ source: HistorySource, _ fingerprint: UInt64
  ) -> Proposal {
    // Who imported is told by `import.completed`; what is imported has its own actors.
    Proposal(by: nil) { state, sealer, now throws(StoreError) in
      let change: ImportedRequest.Change? =
        switch event.change {
        case .created(let key, let owner, let kind, let expires):
          .created(
            key: key, owner: try sealer.user(owner, in: state), kind: kind, expires: expires)
        case .enabled(let key, let owner):
          .enabled(key: key, owner: try sealer.user(owner, in: state))
        case .disabled(let key, let owner):
          .disabled(key: key, owner: try sealer.user(owner, in: state))
        case .revoked(let key, let owner):
          .revoked(key: key, owner: try sealer.user(owner, in: state))
        case nil: nil
        }
      return .success(
        .importRequest(
          ImportedRequest(
            origin: Origin(
              happened: event.happened, source: source, id: event.id, fingerprint: fingerprint),
            organization: event.organization, user: try sealer.user(event.user, in: state),
            key: event.key, operation: event.operation,
            client: try sealer.client(
              address: event.clientAddress, userAgent: event.userAgent, recorded: now, in: state),
            reason: event.reason, errorCode: event.errorCode, type: event.type, change: change)))
    }
  }
}
