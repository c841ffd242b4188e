package import EventLog
internal import Glibc
package import Ledger
internal import Projection
package import Transparency

/// A log as it stands when it is opened, for questions. Takes no lock, changes nothing, and works
/// beside a writer, on a copy and on a read-only copy.
package final class LedgerReader {
  package let directory: DataDirectory
  package let log: LogReader
  package let verifierKey: VerifierKey
  package let names: Names
  /// What could not be used and why; the answers do not depend on it.
  package private(set) var notes: [String] = []
  /// Is told each note that comes after the log was opened.
  package var onNote: ((String) -> Void)?

  private var states: [Moment: StateAtMoment] = [:]
  /// A state of this log that the caller folded before.
  private let base: LedgerState?

  /// - Parameters:
  ///   - holdsLock: the caller is the one writer, and has not opened the log yet.
  ///   - base: a state of this very log that was folded before; later ones start from it.
  package init(
    _ directory: DataDirectory, holdsLock: Bool = false, base: LedgerState? = nil
  ) throws(StoreError) {
    self.directory = directory
    self.base = base
    verifierKey = try directory.readVerifierKey()
    names = try Names(directory)
    // Read before the log, which only grows: a writer may sign at any moment.
    let signed = try directory.readCheckpoint()?.checkpoint.size ?? 0
    log = try StoreError.log { () throws(LogError) in
      try LedgerReader.open(directory, signedSize: signed, holdsLock: holdsLock)
    }
    if let problem = log.problem { throw .log(.corrupt(problem)) }
    if signed > log.size { throw .log(.loss(signedSize: signed, size: log.size)) }
    if let torn = log.tornTail {
      notes.append(
        "\(torn.file): the last block was being written when the writer ended; it was never "
          + "acknowledged and is left out (\(torn.length) bytes at offset \(torn.offset))")
    }
  }

  /// A writer that comes while the tail is read makes its last block look torn or damaged; real
  /// damage looks the same the second time.
  private static let attempts = 2

  /// Opens the log as far as it is durable.
  private static func open(
    _ directory: DataDirectory, signedSize: UInt64, holdsLock: Bool
  ) throws(LogError) -> LogReader {
    var attempt = 1
    while true {
      if !holdsLock, try DirectoryLock.holder(path: directory.lock) != nil,
        access(directory.durableSize, R_OK) == 0
      {
        let log = try LogReader(
          directory: directory.log, durableSizePath: directory.durableSize)
        // Less than what is signed was published by a writer before: the one that has the lock is
        // still opening the log, and writes nothing yet.
        if log.size >= signedSize { return log }
      }
      let log = try LogReader(directory: directory.log)
      let isWhole = log.problem == nil && log.tornTail == nil
      if isWhole || holdsLock || attempt == Self.attempts { return log }
      attempt += 1
    }
  }

  /// The newest unfiltered state that was folded here; another reader may start from it.
  package var latestState: LedgerState? {
    states.filter { $0.key.before == nil }.map(\.value.state)
      .max { $0.logSize < $1.logSize }
  }

  /// Records that can be read.
  package var logSize: UInt64 { log.size }

  /// The number of records a moment counts.
  package func logSize(at moment: Moment) throws(StoreError) -> UInt64 {
    guard let asked = moment.logSize else { return logSize }
    guard asked <= logSize else { throw .beyondLog(asked: asked, logSize: logSize) }
    return asked
  }

  /// The state as of a moment: everything that happened before it, of the first records it counts.
  package func state(at moment: Moment) throws(StoreError) -> StateAtMoment {
    if let known = states[moment] { return known }
    let size = try logSize(at: moment)
    var state = try nearestSnapshot(size, before: moment.before) ?? LedgerState()
    try fold(&state, to: size, before: moment.before)
    let answer: StateAtMoment
    if let time = moment.before {
      answer = StateAtMoment(state: state, logSize: size, clock: time, clockSource: .asOf)
    } else if moment.logSize != nil {
      answer = StateAtMoment(
        state: state, logSize: size, clock: state.lastRecorded, clockSource: .lastRecord)
    } else {
      answer = StateAtMoment(
        state: state, logSize: size, clock: max(RecordClock.wall, state.lastRecorded),
        clockSource: .now)
    }
    states[moment] = answer
    return answer
  }

  /// Folds records `state.logSize..<size`; what happened at `before` or later only claims its
  /// ordinals.
  package func fold(
    _ state: inout LedgerState, to size: UInt64, before: Timestamp? = nil
  ) throws(StoreError) {
    let from = state.logSize
    try forEachEvent(from: from, to: size) { _, event throws(StoreError) in
      state.evolve(event, showing: before.map { event.happened < $0 } ?? true)
    }
  }

  /// Every record of a range, decoded, passing over blocks that `filter` leaves out.
  package func forEachEvent(
    from: UInt64, to: UInt64, where filter: ((BlockInfo) -> Bool)? = nil,
    _ body: (UInt64, Event) throws(StoreError) -> Void
  ) throws(StoreError) {
    do {
      try read(from: from, to: to, where: filter) { sequence, event in try body(sequence, event) }
    } catch let error as StoreError {
      throw error
    } catch {
      throw .invalid("\(error)")
    }
  }

  /// As `forEachEvent`, for a body that fails in its own ways.
  func read(
    from: UInt64, to: UInt64, where filter: ((BlockInfo) -> Bool)? = nil,
    _ body: (UInt64, Event) throws -> Void
  ) throws {
    do {
      try log.forEach(from: from, to: to, where: filter) { sequence, bytes in
        let event: Event
        do throws(WireError) { event = try Event(decoding: bytes) } catch {
          throw StoreError.record(sequence: sequence, error)
        }
        try body(sequence, event)
      }
    } catch let error as LogError {
      throw StoreError.log(error)
    }
  }

  package func record(at sequence: UInt64) throws(StoreError) -> [UInt8] {
    do {
      return try log.record(at: sequence)
    } catch let error as LogError {
      throw .log(error)
    } catch {
      throw .invalid("\(error)")
    }
  }

  /// The leaf hash of a record, which ties a snapshot or a projection to this history.
  package func leaf(before size: UInt64) throws(StoreError) -> Digest {
    guard size > 0 else { return MerkleTree.emptyRoot }
    return MerkleTree.leaf(try record(at: size - 1))
  }

  /// The newest snapshot that serves, if any: of this history, signed, and with nothing in it that
  /// happened at `before` or later.
  private func nearestSnapshot(
    _ size: UInt64, before: Timestamp?
  ) throws(StoreError) -> LedgerState? {
    if let base, before == nil, base.logSize <= size { return base }
    let store = SnapshotStore(directory)
    for candidate in try store.sizes().reversed() where candidate <= size && candidate > 0 {
      do throws(StoreError) {
        let snapshot = try Snapshot.read(store.path(candidate), key: verifierKey)
        if let before, snapshot.state.lastHappened >= before { continue }
        guard try snapshot.lastLeaf == leaf(before: candidate) else {
          throw .tampered(path: store.path(candidate), problem: "a snapshot of another history")
        }
        return snapshot.state
      } catch {
        note("a snapshot was not used: \(error)")
      }
    }
    return nil
  }

  func note(_ text: String) {
    guard !notes.contains(text) else { return }
    notes.append(text)
    onNote?(text)
  }

  /// The projection, if it stands at exactly `size` records of this log.
  func projection(at size: UInt64) throws(StoreError) -> ProjectionDatabase? {
    guard access(directory.projection, R_OK) == 0 else { return nil }
    let canWrite = access(directory.state, W_OK) == 0
    let path = directory.projection
    // Opened as immutable, a database is read without what its log of changes still holds.
    if !canWrite, SmallFile.size("\(path)-wal") ?? 0 > 0 { return nil }
    do throws(StoreError) {
      let (database, position) = try StoreError.projection { () throws(ProjectionError) in
        let database = try ProjectionDatabase.openReadOnly(path: path, immutable: !canWrite)
        return (database, try database.position())
      }
      guard let position, position.logSize == size, try holds(position) else { return nil }
      return database
    } catch {
      note("the projection was not used: \(error)")
      return nil
    }
  }

  /// Whether a projection at `position` was folded from this history.
  func holds(_ position: ProjectionDatabase.Position) throws(StoreError) -> Bool {
    guard position.logID == log.logID, position.logSize <= logSize else { return false }
    return try leaf(before: position.logSize).bytes == position.lastLeaf
  }
}
