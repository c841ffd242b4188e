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

  var log: LogWriter
  var sealer: NameSealer
  let signingKey: SigningKey
  let database: ProjectionDatabase
  var clock: RecordClock
  var projector = Projector()
  var flood: Flood
  var newClients = ClientAllowance()
  let statistics: WriterStatistics
  var lastLeaf: Digest
  var lastSnapshot: UInt64
  var nextSnapshot: UInt64
  var nextProjection = Book.projectionInterval
  var signedSize: UInt64
  var notes: [String] = []
  let onNote: @Sendable (String) -> Void
  /// External ids of users that were allowed to pass, opened once.
  var userNames: [UserOrdinal: String] = [:]
  private var batch = RecordBatch()
  private var decisions: [Reason: UInt64] = [:]
  private var hasStarted = false
  private var failure: StoreError?

  /// The caller holds the directory's lock. Recovers the log, catches up the projection.
  init(
    _ directory: DataDirectory, catchUp: CatchUp, options writing: WriterOptions,
    statistics: WriterStatistics
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
      lastRecorded: catchUp.state.lastRecorded, acceptClock: writing.acceptClock)
    let lastSnapshot = try SnapshotStore(directory).sizes().last ?? 0
    let signed = try directory.readCheckpoint()?.checkpoint
    let log = try Book.open(directory, logSize: catchUp.state.logSize, signed, options)
    let sealer: NameSealer
    do throws(SecretsError) { sealer = try NameSealer(secrets) } catch { throw .secrets(error) }
    self.directory = directory
    self.statistics = statistics
    flood = Flood(perSecond: writing.unauthenticatedPerSecond)
    onNote = writing.onNote
    signingKey = key
    self.clock = clock
    self.lastSnapshot = lastSnapshot
    nextSnapshot = lastSnapshot + SnapshotStore.interval
    signedSize = signed?.size ?? 0
    state = catchUp.state
    database = catchUp.database
    lastLeaf = catchUp.lastLeaf
    recovery = log.recovery
    let (size, signedNow) = (catchUp.state.logSize, signed?.size ?? 0)
    statistics.update { values in
      values.logSize = size
      values.signedSize = signedNow
      values.projectedSize = size
    }
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

  /// Makes durable together what `body` decides, all at one time. An error means that nothing is
  /// known of any of it: the book is closed to writing.
  mutating func commit<T>(
    _ body: (inout Book, Timestamp) throws(StoreError) -> T
  ) throws(StoreError) -> T {
    if let failure { throw failure }
    do throws(StoreError) {
      batch.removeAll()
      let now = clock.now()
      let result = try body(&self, now)
      if flood.isDue(at: now) { try recordFlood(at: now) }
      if !batch.isEmpty { try append(stopping: false) }
      return result
    } catch {
      failure = error
      let text = "\(error)"
      statistics.update { $0.failure = text }
      onNote("the log cannot be written any more: \(text)")
      throw error
    }
  }

  /// What a proposal means now. An error here has changed nothing yet: it is the proposal's own,
  /// and the book goes on.
  mutating func resolve(
    _ proposal: Proposal, at now: Timestamp
  ) throws(StoreError) -> Result<Command, Refusal> {
    switch try proposal.resolve(state, &sealer, now) {
    case .failure(let refusal): .failure(refusal)
    case .success(let command): try lookUp(command)
    }
  }

  mutating func decide(
    _ command: Command, by actor: Actor?, at now: Timestamp
  ) throws(StoreError) -> Result<Receipt, Refusal> {
    // What writes first says so first; whether it will write is known only afterwards.
    let started = hasStarted ? state.logSize : state.logSize + 1
    switch state.decide(command, by: actor, at: now) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let events) where events.isEmpty:
      return .success(Receipt(first: state.logSize, events: []))
    case .success(let events):
      guard !hasStarted else {
        try take(events)
        return .success(Receipt(first: started, events: events))
      }
      hasStarted = true
      try take(housekeeping(.start(version: KeyledgerVersion.current), at: now))
      // Decided again, because what it says of its own place has moved by one.
      return try decide(command, by: actor, at: now)
    }
  }

  /// Everything that was only counted, in as many records as it takes.
  private mutating func recordFlood(at now: Timestamp) throws(StoreError) {
    while !flood.isEmpty {
      let counts = flood.take(at: now)
      if case .failure(let refusal) = try decide(.coalesce(counts), by: nil, at: now) {
        throw .refused(refusal)
      }
    }
  }

  /// What is remembered for ever is looked up where it is kept: in what is not projected yet, or
  /// in SQLite. In the proposal's own turn, so that of two at once the second finds the first.
  private func lookUp(_ command: Command) throws(StoreError) -> Result<Command, Refusal> {
    switch command {
    case .reportTask(var outcome):
      outcome.earlier = projector.reported(outcome.user, task: outcome.task)
      if outcome.earlier == nil {
        outcome.earlier = try StoreError.projection { () throws(ProjectionError) in
          try database.reported(outcome.user, task: outcome.task)
        }
      }
      return .success(.reportTask(outcome))
    case .importRequest(let request):
      let id = request.origin.id ?? ""
      guard let held = try imported(request.origin.source, id: id) else {
        return .success(command)
      }
      return .failure(
        .importedBefore(id, isSame: held == request.origin.fingerprint))
    default: return .success(command)
    }
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
      count(event.body)
    }
  }

  private mutating func count(_ body: EventBody) {
    switch body {
    case .requestDecided(let request): decisions[request.reason, default: 0] += 1
    case .requestsCoalesced(let coalesced):
      for entry in coalesced.counts { decisions[entry.reason, default: 0] += entry.count }
    case .tokenCreated, .tokenRevoked, .pepperRotated:
      statistics.update { $0.tokenChanges += 1 }
    default: return
    }
  }

  private mutating func append(stopping: Bool) throws(StoreError) {
    try sealer.sync()
    let start = ContinuousClock.now
    do throws(LogError) {
      _ = try log.append(batch, stopping: stopping)
    } catch { throw .log(error) }
    publish(records: batch.count, took: ContinuousClock.now - start)
    if projector.count >= nextProjection { keep { book throws(StoreError) in try book.project() } }
    if state.logSize >= nextSnapshot { keep { book throws(StoreError) in try book.snapshot() } }
  }

  private mutating func publish(records: Int, took duration: Duration) {
    let seconds = duration / .seconds(1)
    let (counted, size, signed) = (decisions, state.logSize, signedSize)
    let projected = size - projector.count
    decisions.removeAll(keepingCapacity: true)
    statistics.update { values in
      values.decisions.merge(counted) { $0 + $1 }
      values.commitRecords.add(Double(records))
      values.syncSeconds.add(seconds)
      values.logSize = size
      values.signedSize = signed
      values.projectedSize = projected
    }
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

  /// Says `log.stopped`, signs, projects and saves the state. A book that recorded nothing leaves
  /// the log as it was.
  ///
  /// - Returns: what housekeeping could not do; the next writer tries it again.
  package mutating func close() throws(StoreError) -> [String] {
    if let failure { throw failure }
    if !flood.isEmpty {
      try commit { book, now throws(StoreError) in
        try book.recordFlood(at: now)
      }
    }
    if hasStarted {
      batch.removeAll()
      try take(housekeeping(.stop, at: clock.now()))
      try append(stopping: true)
    }
    finish()
    return notes
  }
}
