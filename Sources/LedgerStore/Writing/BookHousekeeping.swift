internal import EventLog
internal import Ledger
internal import Projection
internal import Transparency

/// What keeps the disposable files up: none of it is part of a commit.
extension Book {
  /// Records between two transactions of the projection: bounds the memory of what is collected,
  /// and what a crash leaves to be caught up.
  static let projectionInterval: UInt64 = 20_000

  /// Different things told at most; a disk that is full says the same again and again.
  private static let notesLimit = 20

  /// What fails here, on a full disk say, loses nothing and never stops the writer. It is told at
  /// the end, and tried again later.
  mutating func keep(_ body: (inout Book) throws(StoreError) -> Void) {
    do throws(StoreError) { try body(&self) } catch {
      let text = "\(error)"
      guard !notes.contains(text), notes.count < Self.notesLimit else { return }
      notes.append(text)
      onNote("left for later: \(text)")
    }
  }

  /// How far the time of records is ahead of the wall clock, in seconds; negative behind it.
  package mutating func secondsAhead() -> Int64 {
    (clock.now().microseconds - RecordClock.wall.microseconds) / 1_000_000
  }

  /// Writes what the projection is behind.
  mutating func project() throws(StoreError) {
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
    let projected = state.logSize
    statistics.update { $0.projectedSize = projected }
  }

  mutating func snapshot() throws(StoreError) {
    nextSnapshot = state.logSize + SnapshotStore.interval
    try SnapshotStore(directory).write(state, lastLeaf: lastLeaf, signedBy: signingKey)
    lastSnapshot = state.logSize
  }

  /// Signs the tree as it stands.
  package mutating func signCheckpoint() throws(StoreError) {
    let tree = log.tree
    guard
      let checkpoint = Checkpoint(origin: signingKey.name, size: tree.end, root: tree.root())
    else {
      throw .invalid("'\(signingKey.name)' cannot be the origin of a checkpoint")
    }
    let note: SignedNote
    do throws(NoteError) { note = try checkpoint.sign(with: signingKey) } catch {
      throw .invalid("the checkpoint could not be signed: \(error)")
    }
    let path = directory.checkpoint
    try StoreError.file { () throws(FileError) in
      try SmallFile.replace(path, with: note.bytes)
    }
    signedSize = tree.end
    statistics.update { $0.signedSize = tree.end }
  }

  /// The last things before the files are closed.
  mutating func finish() {
    if signedSize < log.size { keep { book throws(StoreError) in try book.signCheckpoint() } }
    keep { book throws(StoreError) in try book.project() }
    if state.logSize > lastSnapshot { keep { book throws(StoreError) in try book.snapshot() } }
    keep { book throws(StoreError) in try book.sealFullSegments() }
    keep { book throws(StoreError) in try book.closeProjection() }
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
