internal import EventLog
internal import Glibc
internal import Ledger
internal import Projection
internal import Transparency

/// What checking a data directory came to.
package struct Verification: Sendable {
  package enum Verdict: String, Sendable {
    /// As `ok`, and witnesses have signed the checkpoint too.
    case okWitnessed = "ok-witnessed"
    /// Every byte is as it was signed. Whoever holds the signing key could have written it anew.
    case ok
    case tampered
    /// Something needed is missing; nothing contradicts.
    case incomplete
  }

  package struct Finding: Hashable, Sendable {
    package var file: String
    package var offset: UInt64?
    package var sequence: UInt64?
    package var problem: String
  }

  package internal(set) var verdict = Verdict.ok
  package internal(set) var records: UInt64 = 0
  /// Records under the signed checkpoint.
  package internal(set) var signedRecords: UInt64 = 0
  package internal(set) var segments = 0
  package internal(set) var root = ""
  package internal(set) var problems: [Finding] = []
  /// What is worth knowing and no problem.
  package internal(set) var notes: [String] = []
  var isIncomplete = false

  package var row: Row {
    Row([
      "verdict": .text(verdict.rawValue), "records": Value(records),
      "signedRecords": Value(signedRecords), "segments": .number(Int64(segments)),
      "root": .text(root),
      "problems": .list(
        problems.map { finding in
          .object(
            Row([
              "file": .text(finding.file), "offset": finding.offset.map { Value($0) } ?? .null,
              "sequence": finding.sequence.map { Value($0) } ?? .null,
              "problem": .text(finding.problem),
            ]))
        }),
    ])
  }
}

/// Checks everything in a data directory that can be derived from something else: the log from its
/// bytes, the checkpoint from the log, records from the schema, snapshots and projection from a
/// fold. Trusts the verifier key alone.
package struct Verifier {
  private let directory: DataDirectory
  private let progress: (@Sendable (UInt64, UInt64) -> Void)?
  private var result = Verification()

  package init(
    _ directory: DataDirectory, progress: (@Sendable (UInt64, UInt64) -> Void)? = nil
  ) {
    self.directory = directory
    self.progress = progress
  }

  package consuming func run() throws(StoreError) -> Verification {
    do throws(StoreError) { _ = try directory.readVerifierKey() } catch {
      guard case .damaged(let path, let expected) = error else { throw error }
      // Without the key nothing that is signed can be judged.
      add(path, "damaged; expected \(expected)")
      result.verdict = .tampered
      return result
    }
    do throws(LogError) { _ = try LogReader(directory: directory.log) } catch {
      // Nothing can be said of what a newer version wrote. All else is found again, and named.
      if case .newerVersion = error { throw .log(error) }
    }
    let hasWriter = try StoreError.log { () throws(LogError) in
      try DirectoryLock.holder(path: directory.lock) != nil
    }
    let checkpoint = readCheckpoint()
    verifyLog(checkpoint, hasWriter: hasWriter)
    if result.problems.isEmpty {
      try verifyContents(hasWriter: hasWriter)
    } else {
      result.notes.append("records, snapshots and projection were not checked: the log is damaged")
    }
    if !result.problems.isEmpty {
      result.verdict = .tampered
    } else if result.isIncomplete {
      result.verdict = .incomplete
    }
    return result
  }

  private mutating func add(
    _ file: String, offset: UInt64? = nil, sequence: UInt64? = nil, _ problem: String
  ) {
    result.problems.append(
      Verification.Finding(
        file: relative(file), offset: offset, sequence: sequence, problem: problem))
  }

  /// Paths are told relative to the data directory, as a copy has them too.
  private func relative(_ path: String) -> String {
    path.hasPrefix("\(directory.root)/") ? String(path.dropFirst(directory.root.count + 1)) : path
  }

  private mutating func readCheckpoint() -> Checkpoint? {
    do throws(StoreError) {
      if let (_, checkpoint) = try directory.readCheckpoint() {
        result.signedRecords = checkpoint.size
        return checkpoint
      }
      result.isIncomplete = true
      result.notes.append("there is no signed checkpoint: nothing says how long the log was")
    } catch {
      if case .tampered(let path, let problem) = error {
        add(path, problem)
      } else {
        add(directory.checkpoint, "\(error)")
      }
    }
    return nil
  }

  private mutating func verifyLog(_ checkpoint: Checkpoint?, hasWriter: Bool) {
    // A writer that is just opening has not published yet: less than was signed is not believed.
    let published = hasWriter ? durableSize() : nil
    let durable = published.flatMap { $0 < checkpoint?.size ?? 0 ? nil : $0 }
    let sizes = checkpoint.map { Set([$0.size]) } ?? []
    let report = LogVerifier.verify(
      directory: directory.log, durableSize: durable, rootsAt: sizes, progress: progress)
    result.records = report.records
    result.segments = report.segments
    result.root = report.root.base64
    for problem in report.problems {
      add(
        "\(directory.log)/\(problem.file)", offset: problem.offset, sequence: problem.sequence,
        problem.problem)
    }
    if let torn = report.tornTail {
      result.notes.append(
        "log/\(torn.file): the last block was being written when the writer ended; it was never "
          + "acknowledged and does not count (\(torn.length) bytes at offset \(torn.offset))")
    }
    guard let checkpoint else { return }
    if checkpoint.size > report.records {
      add(
        directory.checkpoint, sequence: report.records,
        "\(checkpoint.size) records were signed, the log has \(report.records): "
          + "records are missing from sequence \(report.records) on")
    } else if let root = report.roots[checkpoint.size], root != checkpoint.root {
      add(
        directory.checkpoint, sequence: checkpoint.size,
        "the first \(checkpoint.size) records have root \(root.base64); "
          + "signed was \(checkpoint.root.base64)")
    } else if checkpoint.size < report.records, !hasWriter {
      result.notes.append(
        "\(report.records - checkpoint.size) records after the checkpoint are not signed yet; "
          + "the next writer signs them")
    }
  }

  private func durableSize() -> UInt64? {
    guard access(directory.durableSize, R_OK) == 0,
      case .success(let size) = Result(catching: {
        try DurableSize(reading: directory.durableSize).value
      })
    else { return nil }
    return size
  }

  private mutating func verifyContents(hasWriter: Bool) throws(StoreError) {
    do throws(StoreError) {
      // Looked at before the log is, which only grows: what a writer that comes meanwhile leaves
      // here is not ahead of it.
      let snapshots = try SnapshotStore(directory).sizes()
      let position = hasWriter ? nil : projectionPosition()
      let reader = try LedgerReader(directory)
      var fold = ContentFold(directory, reader, snapshots: snapshots)
      try fold.run()
      for finding in fold.findings {
        add(
          finding.file, offset: finding.offset, sequence: finding.sequence, finding.problem)
      }
      if hasWriter {
        result.notes.append("the projection was not checked: a writer is at work")
      } else if let position {
        try verifyProjection(at: position, reader)
      }
    } catch {
      switch error {
      case .tampered, .damaged, .record, .log(.corrupt), .log(.loss): add(directory.log, "\(error)")
      default: throw error
      }
    }
  }

  private var canWriteState: Bool { access(directory.state, W_OK) == 0 }

  /// Where the projection stands; `nil` where there is nothing to check.
  private mutating func projectionPosition() -> ProjectionDatabase.Position? {
    guard access(directory.projection, R_OK) == 0 else { return nil }
    do throws(ProjectionError) {
      if let position = try readPosition() { return position }
      result.notes.append("the projection is of another version; 'rebuild' makes it anew")
    } catch {
      judge(error)
    }
    return nil
  }

  /// A database that cannot be read now is not one that was changed.
  private mutating func judge(_ error: ProjectionError) {
    switch error {
    case .damaged(_, let problem): add(directory.projection, problem)
    case .database: result.notes.append("the projection was not checked: \(error)")
    }
  }

  private func readPosition() throws(ProjectionError) -> ProjectionDatabase.Position? {
    try ProjectionDatabase.openReadOnly(path: directory.projection, immutable: !canWriteState)
      .position()
  }

  private mutating func verifyProjection(
    at position: ProjectionDatabase.Position, _ reader: LedgerReader
  ) throws(StoreError) {
    guard try reader.holds(position) else {
      add(
        directory.projection, sequence: position.logSize,
        "folded from another history than this log, at \(position.logSize) records")
      return
    }
    let state = try reader.state(at: Moment(logSize: position.logSize)).state
    let fresh = try StoreError.projection { () throws(ProjectionError) in
      try ProjectionDatabase.temporary()
    }
    try CatchUp.project(reader, from: 0, into: fresh, state: state)
    let differences: [ProjectionDatabase.Difference]
    let end: ProjectionDatabase.Position?
    do throws(ProjectionError) {
      differences = try fresh.differences(
        ofDatabaseAt: directory.projection, immutable: !canWriteState)
      end = try readPosition()
    } catch {
      judge(error)
      return
    }
    guard end == position else {
      result.notes.append("the projection was not checked: a writer moved it on meanwhile")
      return
    }
    for difference in differences { add(directory.projection, "\(difference)") }
  }
}
