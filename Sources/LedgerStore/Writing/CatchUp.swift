internal import EventLog
internal import Glibc
internal import Ledger
internal import Projection
internal import Transparency

/// Brings the projection up to the log, under the directory's lock, and hands on the state it
/// stands at.
struct CatchUp {
  let state: LedgerState
  let database: ProjectionDatabase
  let lastLeaf: Digest
  private(set) var notes: [String]
  /// As chosen when the log was made.
  let segmentCapacity: Int

  /// The caller holds the lock. A database without a position of this version, of another log, or
  /// ahead of this one (an older copy of the log was put back), is made anew.
  init(_ directory: DataDirectory) throws(StoreError) {
    try StoreError.file { () throws(FileError) in
      try SmallFile.makeDirectory(directory.state)
    }
    // Published by a writer before, and wrong where it was killed or the log was put back from a
    // copy: readers must not believe it because a lock is held again.
    if unlink(directory.durableSize) != 0, errno != ENOENT {
      throw .file(.last("unlink", directory.durableSize))
    }
    let reader = try LedgerReader(directory, holdsLock: true)
    state = try reader.state(at: .now).state
    lastLeaf = try reader.leaf(before: reader.logSize)
    notes = reader.notes
    do throws(StoreError) {
      database = try CatchUp.open(directory, reader, state)
    } catch {
      guard case .projection = error else { throw error }
      // A full disk, say. The projection is disposable: this writer works with one in memory.
      database = try StoreError.projection { () throws(ProjectionError) in
        try ProjectionDatabase.temporary()
      }
      try CatchUp.project(reader, from: 0, into: database, state: state)
      notes.append("left for the next writer: \(error)")
    }
    segmentCapacity = Int(
      reader.log.segments.first?.capacity ?? UInt64(LogFormat.defaultSegmentCapacity))
  }

  private static func open(
    _ directory: DataDirectory, _ reader: LedgerReader, _ state: LedgerState
  ) throws(StoreError) -> ProjectionDatabase {
    do throws(StoreError) {
      let database = try openDatabase(directory.projection)
      let position = try StoreError.projection { () throws(ProjectionError) in
        try database.position()
      }
      if let position, try reader.holds(position) {
        try project(reader, from: position.logSize, into: database, state: state)
        return database
      }
      // Before its files are removed: closing removes them by name.
      try StoreError.projection { () throws(ProjectionError) in try database.close() }
    } catch .projection {
      // Whatever is wrong with it, it can be computed again.
    }
    try discard(directory.projection)
    let fresh = try openDatabase(directory.projection)
    try project(reader, from: 0, into: fresh, state: state)
    return fresh
  }

  private static func openDatabase(_ path: String) throws(StoreError) -> ProjectionDatabase {
    try StoreError.projection { () throws(ProjectionError) in
      try ProjectionDatabase.open(path: path)
    }
  }

  /// Removes a database with what SQLite keeps beside it.
  static func discard(_ path: String) throws(StoreError) {
    for file in [path, "\(path)-wal", "\(path)-shm"] where unlink(file) != 0 && errno != ENOENT {
      throw .file(.last("unlink", file))
    }
  }

  /// Projects records `from..<state.logSize` in one transaction.
  static func project(
    _ reader: LedgerReader, from: UInt64, into database: ProjectionDatabase, state: LedgerState
  ) throws(StoreError) {
    guard from < state.logSize else { return }
    var projector = Projector()
    try reader.forEachEvent(from: from, to: state.logSize) { sequence, event throws(StoreError) in
      projector.add(event, at: sequence, in: state)
    }
    let position = ProjectionDatabase.Position(
      logID: reader.log.logID, logSize: state.logSize,
      lastLeaf: try reader.leaf(before: state.logSize).bytes)
    do throws(ProjectionError) {
      try projector.write(to: database, state: state, position: position)
    } catch { throw .projection(error) }
  }
}
