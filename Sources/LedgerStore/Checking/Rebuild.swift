internal import EventLog
internal import Glibc
internal import Ledger
internal import Projection
internal import Secrets
internal import Transparency

/// What making the projections anew came to.
package struct Rebuilt: Sendable {
  package var fold: FoldResult
  /// Rows in which the old database differed at the same log size.
  package var differences: [String]
  /// Why there was nothing to compare with, if so.
  package var note: String?
}

extension DataDirectory {
  /// Folds everything again, projects it into a fresh database, compares that with the old, and
  /// puts it in its place; then writes a snapshot. Takes the lock.
  package func rebuild(
    program: String, progress: ((UInt64) -> Void)? = nil
  ) throws(StoreError) -> Rebuilt {
    let lock: DirectoryLock
    do throws(LogError) {
      lock = try DirectoryLock(path: self.lock, program: program)
    } catch { throw .log(error) }
    return try rebuild(holding: lock, progress: progress)
  }

  /// The parameter is only there to live as long as the work takes.
  private func rebuild(
    holding lock: borrowing DirectoryLock, progress: ((UInt64) -> Void)?
  ) throws(StoreError) -> Rebuilt {
    try StoreError.file { () throws(FileError) in try SmallFile.makeDirectory(state) }
    let reader = try LedgerReader(self, holdsLock: true)
    let size = reader.logSize
    let clock = ContinuousClock()
    let start = clock.now
    var folded = LedgerState()
    try reader.forEachEvent(from: 0, to: size) { sequence, event throws(StoreError) in
      folded.evolve(event)
      if sequence % 65_536 == 0 { progress?(sequence) }
    }
    let digest = try StateDigest.of(folded)
    let fresh = "\(projection).new"
    try CatchUp.discard(fresh)
    var (differences, note) = ([String](), String?.none)
    do {
      let database = try StoreError.projection { () throws(ProjectionError) in
        try ProjectionDatabase.open(path: fresh)
      }
      try CatchUp.project(reader, from: 0, into: database, state: folded)
      (differences, note) = try compare(database, reader, folded)
      try StoreError.projection { () throws(ProjectionError) in try database.close() }
    }
    try CatchUp.discard(projection)
    if rename(fresh, projection) != 0 { throw .file(.last("rename", fresh)) }
    try writeSnapshot(folded, reader)
    let seconds = (clock.now - start).seconds
    return Rebuilt(
      fold: FoldResult(logSize: size, digest: digest, seconds: seconds), differences: differences,
      note: note)
  }

  private func compare(
    _ fresh: ProjectionDatabase, _ reader: LedgerReader, _ folded: LedgerState
  ) throws(StoreError) -> ([String], String?) {
    guard access(projection, F_OK) == 0 else { return ([], "there was no projection before") }
    do throws(StoreError) {
      let old = try StoreError.projection { () throws(ProjectionError) in
        try ProjectionDatabase.open(path: projection)
      }
      let position = try StoreError.projection { () throws(ProjectionError) in
        try old.position()
      }
      guard let position, try reader.holds(position) else {
        return ([], "the projection before was of another history")
      }
      try CatchUp.project(reader, from: position.logSize, into: old, state: folded)
      let found = try StoreError.projection { () throws(ProjectionError) in
        try fresh.differences(ofDatabaseAt: projection, immutable: false)
      }
      try StoreError.projection { () throws(ProjectionError) in try old.close() }
      return (found.map(\.description), nil)
    } catch {
      return ([], "the projection before could not be read: \(error)")
    }
  }

  /// A snapshot needs the signing key; without it, the next writer makes one.
  private func writeSnapshot(
    _ state: LedgerState, _ reader: LedgerReader
  ) throws(StoreError) {
    guard access(secret, R_OK | X_OK) == 0, state.logSize > 0 else { return }
    let key = try StoreError.secrets { () throws(SecretsError) in
      try SigningKeyFile.load(from: try SecretsDirectory(opening: secret))
    }
    try SnapshotStore(self).write(
      state, lastLeaf: try reader.leaf(before: state.logSize), signedBy: key)
  }
}
