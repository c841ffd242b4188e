internal import Foundation
internal import GRDB
package import Ledger

/// Collects what a run of records changes, and writes it in one transaction together with the log
/// size it reaches.
package struct Projector {
  private var usage: [UsageCell: UInt64] = [:]
  private var imports: [ImportRow] = []
  private var touched = Touched()

  package init() {}

  private struct ImportRow {
    var source: HistorySource
    var id: String
    var fingerprint: UInt64
    var sequence: UInt64
  }

  /// Takes one record in. `state` is folded at least as far as the record.
  package mutating func add(_ event: Event, at sequence: UInt64, in state: LedgerState) {
    touched.add(event, in: state)
    if let cell = UsageCell(event, in: state) {
      usage[cell, default: 0] += 1
      if let origin = event.origin {
        imports.append(
          ImportRow(
            source: origin.source, id: origin.id ?? "", fingerprint: origin.fingerprint,
            sequence: sequence))
      }
    }
  }

  /// Writes everything; `state` is folded exactly as far as `position` says.
  package consuming func write(
    to database: ProjectionDatabase, state: LedgerState, position: ProjectionDatabase.Position
  ) throws(ProjectionError) {
    precondition(state.logSize == position.logSize)
    let touched = touched
    let usage = usage
    let imports = imports
    try ProjectionError.naming(database.path) {
      try database.queue.write { db in
        try touched.write(db, state)
        try Self.write(usage, db)
        try Self.write(imports, db)
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
        Int64(cell.key?.index ?? -1), Int64(cell.operation.index), Int64(cell.reason.rawValue),
        Int64(cell.source.rawValue), Int64(cell.type.rawValue), Int64(count),
      ])
    }
  }

  private static func write(_ imports: [ImportRow], _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO imports (source, id, fingerprint, sequence) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """)
    for row in imports {
      try statement.execute(arguments: [
        Int64(row.source.rawValue), row.id, Int64(bitPattern: row.fingerprint),
        Int64(row.sequence),
      ])
    }
  }
}
