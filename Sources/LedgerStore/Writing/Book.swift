package import EventLog
internal import Glibc
package import Ledger
internal import Projection
internal import Secrets
internal import Transparency

/// The one open writer of a data directory: decides, appends, projects. Everything here happens in
/// one order, on the thread that owns the value; `LedgerWriter` gives it a thread and a queue.
///
/// Invariant: `state` is folded from exactly the durable records. A failure in the middle of a
/// commit breaks it, and then `failure` is set and nothing more is written.
package struct Book: ~Copyable {
  package let directory: DataDirectory
  package private(set) var state: LedgerState
  /// What was put right when the log was opened.
  package let recovery: RecoveryReport

  private var log: LogWriter
  private var sealer: NameSealer
  private let signingKey: SigningKey
  private let database: ProjectionDatabase
  private var clock: RecordClock
  private var projector = Projector()
  private var batch = RecordBatch()
  private var lastLeaf: Digest
  private var lastSnapshot: UInt64
  private var nextSnapshot: UInt64
  private var nextProjection = Book.projectionInterval
  private var signedSize: UInt64
  private var notes: [String] = []
  private var hasStarted = false
  private var failure: StoreError?

  /// Records between two transactions of the projection: bounds the memory of what is collected,
  /// and what a crash leaves to be caught up.
  private static let projectionInterval: UInt64 = 20_000

  /// The caller holds the directory's lock. Recovers the log, catches up the projection.
  init(
    _ directory: DataDirectory, catchUp: CatchUp, acceptClock: Bool
  ) throws(StoreError) {
    let options = LogOptions(segmentCapacity: catchUp.segmentCapacity)
    let secrets = try StoreError.secrets { () throws(SecretsError) in
      try SecretsDirectory(opening: directory.secret)
    }
    let key = try StoreError.secrets { () throws(SecretsError) in
      try SigningKeyFile.load(from: secrets)
    }
    guard try key.verifierKey == directory.readVerifierKey() else {
      throw .tampered(
        path: directory.verifierKey, problem: "not the key of \(secrets.signingKeyPath)")
    }
    let clock = try RecordClock(
      lastRecorded: catchUp.state.lastRecorded, acceptClock: acceptClock)
    let lastSnapshot = try SnapshotStore(directory).sizes().last ?? 0
    let signed = try directory.readCheckpoint()?.checkpoint
    let log = try Book.open(directory, logSize: catchUp.state.logSize, signed, options)
    let sealer: NameSealer
    do throws(SecretsError) { sealer = try NameSealer(secrets) } catch { throw .secrets(error) }
    self.directory = directory
    signingKey = key
    self.clock = clock
    self.lastSnapshot = lastSnapshot
    nextSnapshot = lastSnapshot + SnapshotStore.interval
    signedSize = signed?.size ?? 0
    state = catchUp.state
    database = catchUp.database
    lastLeaf = catchUp.lastLeaf
    recovery = log.recovery
    self.log = log
    self.sealer = sealer
  }

  /// Opens the log and holds it against the signed checkpoint.
  private static func open(
    _ directory: DataDirectory, logSize: UInt64, _ signed: Checkpoint?, _ options: LogOptions
  ) throws(StoreError) -> LogWriter {
    let log: LogWriter
    do throws(LogError) {
      log = try LogWriter(
        opening: directory.log, signedSize: signed?.size ?? 0,
        durableSizePath: directory.durableSize, options: options)
    } catch { throw .log(error) }
    if let signed, try signed.root != root(of: log, at: signed.size, directory) {
      throw .tampered(
        path: directory.log,
        problem: "the records are not those of the signed checkpoint at \(signed.size)")
    }
    guard log.size == logSize else {
      throw .invalid("the log changed while it was opened, though its lock is held")
    }
    return log
  }

  /// The root of the first `size` records. Where the last writer did not come to sign, they are
  /// hashed again: the next signature must not cover a history that was rewritten meanwhile.
  private static func root(
    of log: borrowing LogWriter, at size: UInt64, _ directory: DataDirectory
  ) throws(StoreError) -> Digest {
    if size == log.size { return log.tree.root() }
    var tree = CompactRange(begin: 0)
    do {
      try LogReader(directory: directory.log).forEach(to: size) { tree.append(MerkleTree.leaf($1)) }
    } catch let error as LogError {
      throw .log(error)
    } catch {
      throw .invalid("\(error)")
    }
    return tree.root()
  }

  package var logSize: UInt64 { log.size }
  package var origin: String { signingKey.name }

  /// Decides proposals in order and makes what they decide durable together. Answers one outcome
  /// each. An error means that nothing is known of any of them: the book is closed to writing.
  package mutating func commit(
    _ proposals: [Proposal]
  ) throws(StoreError) -> [Result<Receipt, Refusal>] {
    if let failure { throw failure }
    do throws(StoreError) {
      return try decideAndAppend(proposals)
    } catch {
      failure = error
      throw error
    }
  }

  private mutating func decideAndAppend(
    _ proposals: [Proposal]
  ) throws(StoreError) -> [Result<Receipt, Refusal>] {
    var outcomes: [Result<Receipt, Refusal>] = []
    batch.removeAll()
    let now = clock.now()
    for proposal in proposals {
      switch try proposal.resolve(state, &sealer, now) {
      case .failure(let refusal): outcomes.append(.failure(refusal))
      case .success(let command):
        switch state.decide(command, by: proposal.actor, at: now) {
        case .failure(let refusal): outcomes.append(.failure(refusal))
        case .success(let events):
          if !events.isEmpty, !hasStarted {
            hasStarted = true
            try take(housekeeping(.start(version: KeyledgerVersion.current), at: now))
          }
          let first = state.logSize
          try take(events)
          outcomes.append(.success(Receipt(first: first, events: events)))
        }
      }
    }
    guard !batch.isEmpty else { return outcomes }
    try append(stopping: false)
    return outcomes
  }

  /// `start` and `stop` are never refused.
  private func housekeeping(_ command: Command, at now: Timestamp) -> [Event] {
    switch state.decide(command, by: nil, at: now) {
    case .success(let events): events
    case .failure: []
    }
  }

  /// Folds events and encodes them as one group, which a crash keeps whole or not at all.
  private mutating func take(_ events: [Event]) throws(StoreError) {
    for (index, event) in events.enumerated() {
      let sequence = state.logSize
      do throws(WireError) {
        try batch.append(
          recorded: event.recorded.microseconds, happened: event.happened.microseconds,
          summary: event.body.type.summaryBit, joinsPrevious: index > 0
        ) { bytes throws(WireError) in
          let start = bytes.count
          try event.encode(to: &bytes)
          lastLeaf = bytes[start...].withUnsafeBytes { MerkleTree.leaf($0) }
        }
      } catch { throw .record(sequence: sequence, error) }
      state.evolve(event)
      projector.add(event, at: sequence, in: state)
    }
  }

  private mutating func append(stopping: Bool) throws(StoreError) {
    try sealer.sync()
    do throws(LogError) {
      _ = try log.append(batch, stopping: stopping)
    } catch { throw .log(error) }
    if projector.count >= nextProjection { keep { book throws(StoreError) in try book.project() } }
    if state.logSize >= nextSnapshot { keep { book throws(StoreError) in try book.snapshot() } }
  }

  /// Housekeeping, such as the projection: what fails here, on a full disk say, loses nothing and
  /// never stops the writer. It is told at the end, and tried again later.
  private mutating func keep(_ body: (inout Book) throws(StoreError) -> Void) {
    do throws(StoreError) { try body(&self) } catch {
      if notes.last != "\(error)" { notes.append("\(error)") }
    }
  }

  /// Writes what the projection is behind.
  private mutating func project() throws(StoreError) {
    guard projector.count > 0 else { return }
    nextProjection = projector.count + Self.projectionInterval
    let collected = projector
    let position = ProjectionDatabase.Position(
      logID: log.logID, logSize: state.logSize, lastLeaf: lastLeaf.bytes)
    try StoreError.projection { () throws(ProjectionError) in
      try collected.write(to: database, state: state, position: position)
    }
    projector = Projector()
    nextProjection = Self.projectionInterval
  }

  private mutating func snapshot() throws(StoreError) {
    nextSnapshot = state.logSize + SnapshotStore.interval
    try SnapshotStore(directory).write(state, lastLeaf: lastLeaf, signedBy: signingKey)
    lastSnapshot = state.logSize
  }

  /// The fingerprint under which an event of imported history was recorded, if it was.
  package func imported(
    _ source: HistorySource, id: String
  ) throws(StoreError) -> UInt64? {
    if let pending = projector.imported(source, id: id) { return pending }
    return try StoreError.projection { () throws(ProjectionError) in
      try database.imported(source, id: id)
    }
  }

  /// Refuses to import where ids are missing from the projection: what it has forgotten would be
  /// recorded twice, for ever.
  package func requireImportedIDs() throws(StoreError) {
    let count = try StoreError.projection { () throws(ProjectionError) in
      try database.importedCount()
    }
    guard count + UInt64(projector.importedCount) == state.imported else {
      throw .tampered(
        path: directory.projection,
        problem: "\(count) ids of imported events, expected \(state.imported); "
          + "'keyledger rebuild' makes it anew")
    }
  }

  package func fingerprint(_ content: [UInt8]) -> UInt64 { sealer.fingerprint(content) }

  /// Signs the tree as it stands.
  package mutating func signCheckpoint() throws(StoreError) {
    try Book.signCheckpoint(log.tree, directory, signingKey)
    signedSize = log.size
  }

  private static func signCheckpoint(
    _ tree: CompactRange, _ directory: DataDirectory, _ key: SigningKey
  ) throws(StoreError) {
    guard let checkpoint = Checkpoint(origin: key.name, size: tree.end, root: tree.root()) else {
      throw .invalid("'\(key.name)' cannot be the origin of a checkpoint")
    }
    let note: SignedNote
    do throws(NoteError) { note = try checkpoint.sign(with: key) } catch {
      throw .invalid("the checkpoint could not be signed: \(error)")
    }
    try StoreError.file { () throws(FileError) in
      try SmallFile.replace(directory.checkpoint, with: note.bytes)
    }
  }

  /// Says `log.stopped`, signs, projects and saves the state. A book that recorded nothing leaves
  /// the log as it was.
  ///
  /// - Returns: what housekeeping could not do; the next writer tries it again.
  package mutating func close() throws(StoreError) -> [String] {
    if let failure { throw failure }
    if hasStarted {
      batch.removeAll()
      try take(housekeeping(.stop, at: clock.now()))
      try append(stopping: true)
    }
    if signedSize < log.size { keep { book throws(StoreError) in try book.signCheckpoint() } }
    keep { book throws(StoreError) in try book.project() }
    if state.logSize > lastSnapshot { keep { book throws(StoreError) in try book.snapshot() } }
    keep { book throws(StoreError) in try book.sealFullSegments() }
    keep { book throws(StoreError) in try book.closeProjection() }
    return notes
  }

  /// Before the lock is freed: what SQLite does when the last connection closes must not meet the
  /// next writer or a reader that believes that there is none.
  private func closeProjection() throws(StoreError) {
    do throws(ProjectionError) { try database.close() } catch { throw .projection(error) }
  }

  private func sealFullSegments() throws(StoreError) {
    do throws(LogError) {
      _ = try EventLog.Sealer(directory: directory.log).sealFullSegments()
    } catch { throw .log(error) }
  }
}
