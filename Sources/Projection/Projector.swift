internal import Foundation
internal import GRDB
package import Ledger

/// Collects what a run of records changes, and writes it in one transaction together with the log
/// size it reaches.
package struct Projector {
  private var usage: [UsageCell: UInt64] = [:]
  private var imports: [ImportID: ImportRow] = [:]
  private var tasks: [TaskID: EarlierReport] = [:]
  private var touched = Touched()

  package init() {}

  private struct ImportID: Hashable {
    var source: HistorySource
    var id: String
  }

  private struct TaskID: Hashable {
    var user: UserOrdinal
    var task: Tag
  }

  private struct ImportRow {
    var fingerprint: UInt64
    var sequence: UInt64
  }

  /// Records taken in.
  package private(set) var count: UInt64 = 0

  /// Imported events that are not in the database yet.
  package var importedCount: Int { imports.count }

  /// The fingerprint of an imported event that is not in the database yet.
  package func imported(_ source: HistorySource, id: String) -> UInt64? {
    imports[ImportID(source: source, id: id)]?.fingerprint
  }

  /// The report of a task that is not in the database yet.
  package func reported(_ user: UserOrdinal, task: Tag) -> EarlierReport? {
    tasks[TaskID(user: user, task: task)]
  }

  /// Takes one record in. `state` is folded at least as far as the record.
  package mutating func add(_ event: Event, at sequence: UInt64, in state: LedgerState) {
    count += 1
    touched.add(event, in: state)
    UsageCell.forEach(of: event, in: state) { cell, count in
      let (sum, isTooMuch) = usage[cell, default: 0].addingReportingOverflow(count)
      usage[cell] = isTooMuch ? .max : sum
    }
    switch event.body {
    case .requestDecided(let request):
      guard let origin = event.origin, state.subject(of: request) != nil else { return }
      let id = ImportID(source: origin.source, id: origin.id ?? "")
      if imports[id] == nil {
        imports[id] = ImportRow(fingerprint: origin.fingerprint, sequence: sequence)
      }
    case .taskReported(let body):
      guard let task = body.task else { return }
      let id = TaskID(user: body.user, task: task)
      if tasks[id] == nil {
        tasks[id] = EarlierReport(
          sequence: SequenceNumber(sequence), succeeded: body.succeeded)
      }
    default: return
    }
  }

  /// Writes everything; `state` is folded exactly as far as `position` says.
  package func write(
    to database: ProjectionDatabase, state: LedgerState, position: ProjectionDatabase.Position
  ) throws(ProjectionError) {
    precondition(state.logSize == position.logSize)
    try ProjectionError.naming(database.path) {
      try database.queue.write { db in
        try touched.write(db, state)
        try Self.write(usage, db)
        try Self.write(imports, db)
        try Self.write(tasks, db)
        try db.execute(
          sql: """
            INSERT OR REPLACE INTO position (id, schema_version, log_id, log_size, last_leaf)
            VALUES (0, ?, ?, ?, ?)
            """,
          arguments: [
            ProjectionSchema.version, Data(position.logID), Int64(position.logSize),
            Data(position.lastLeaf),
          ])
      }
    }
  }

  private static func write(_ usage: [UsageCell: UInt64], _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO usage
          (hour, organization, user, key, operation, reason, source, type, count)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET count = count + excluded.count
        """)
    for (cell, count) in usage {
      try statement.execute(arguments: [
        cell.hour, Int64(cell.organization?.index ?? -1), Int64(cell.user?.index ?? -1),
        Int64(cell.key?.index ?? -1), Int64(cell.operation?.index ?? -1),
        Int64(cell.reason.rawValue),
        Int64(cell.source.rawValue), Int64(cell.type.rawValue), Int64(clamping: count),
      ])
    }
  }

  private static func write(_ imports: [ImportID: ImportRow], _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO imports (source, id, fingerprint, sequence) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
    for (id, row) in imports {
      try statement.execute(arguments: [
        Int64(id.source.rawValue), id.id, Int64(bitPattern: row.fingerprint),
        Int64(row.sequence),
      ])
    }
  }

  private static func write(_ tasks: [TaskID: EarlierReport], _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO tasks (user, task, sequence, succeeded) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
    for (id, report) in tasks {
      try statement.execute(arguments: [
        Int64(id.user.value), Data(id.task.bytes), Int64(report.sequence.value), report.succeeded,
      ])
    }
  }
}
