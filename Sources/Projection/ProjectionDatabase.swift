internal import Foundation
internal import GRDB
package import Ledger

/// The SQLite database of what the log says now. Opened by the holder of the directory's lock for
/// writing, by anybody else for reading.
package final class ProjectionDatabase: Sendable {
  package let path: String
  let queue: DatabaseQueue

  private init(path: String, queue: DatabaseQueue) {
    self.path = path
    self.queue = queue
  }

  /// Where the rows stand: which log, and how much of it.
  package struct Position: Equatable, Sendable {
    package var logID: [UInt8]
    package var logSize: UInt64
    /// Leaf hash of the last record.
    package var lastLeaf: [UInt8]

    package init(logID: [UInt8], logSize: UInt64, lastLeaf: [UInt8]) {
      self.logID = logID
      self.logSize = logSize
      self.lastLeaf = lastLeaf
    }
  }

  /// Opens for writing; makes the tables in a new file.
  package static func open(path: String) throws(ProjectionError) -> ProjectionDatabase {
    try ProjectionError.naming(path) {
      var configuration = Configuration()
      configuration.prepareDatabase { db in
        // The log is the truth: after a crash of the machine the projection catches up or is made
        // anew, so that no commit here needs to wait for the disk.
        try db.execute(sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
      }
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.write { db in
        if try !db.tableExists("position") { try db.execute(sql: ProjectionSchema.sql) }
      }
      return ProjectionDatabase(path: path, queue: queue)
    }
  }

  /// In memory, for a comparison.
  package static func temporary() throws(ProjectionError) -> ProjectionDatabase {
    try ProjectionError.naming("a database in memory") {
      let queue = try DatabaseQueue()
      try queue.write { db in try db.execute(sql: ProjectionSchema.sql) }
      return ProjectionDatabase(path: ":memory:", queue: queue)
    }
  }

  /// Opens for reading, beside a writer or in a read-only copy. A copy without its `-wal` file in a
  /// folder that cannot be written is opened as immutable (sqlite.org/uri.html, "immutable").
  package static func openReadOnly(
    path: String, immutable: Bool
  ) throws(ProjectionError) -> ProjectionDatabase {
    try ProjectionError.naming(path) {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let name = immutable ? "file:\(uriEscape(path))?immutable=1" : path
      return ProjectionDatabase(
        path: path, queue: try DatabaseQueue(path: name, configuration: configuration))
    }
  }

  /// Closes the file, so that it can be moved.
  package func close() throws(ProjectionError) {
    try ProjectionError.naming(path) { try queue.close() }
  }

  /// `nil` for a new database, or one of another version of the tables.
  package func position() throws(ProjectionError) -> Position? {
    try ProjectionError.naming(path) {
      try queue.read { db in
        guard try db.tableExists("position"),
          let row = try Row.fetchOne(
            db, sql: "SELECT log_id, log_size, last_leaf FROM position WHERE schema_version = ?",
            arguments: [ProjectionSchema.version])
        else { return nil }
        return Position(
          logID: Array(row[0] as Data), logSize: UInt64(clamping: row[1] as Int64),
          lastLeaf: Array(row[2] as Data))
      }
    }
  }

  /// The fingerprint under which an event of a source was recorded, if it was.
  package func imported(
    _ source: HistorySource, id: String
  ) throws(ProjectionError) -> UInt64? {
    try ProjectionError.naming(path) {
      try queue.read { db in
        let statement = try db.cachedStatement(
          sql: "SELECT fingerprint FROM imports WHERE source = ? AND id = ?")
        let value = try Int64.fetchOne(statement, arguments: [Int(source.rawValue), id])
        return value.map { UInt64(bitPattern: $0) }
      }
    }
  }

  /// How many events of imported history are remembered. O(that).
  package func importedCount() throws(ProjectionError) -> UInt64 {
    try ProjectionError.naming(path) {
      try queue.read { db in
        UInt64(clamping: try Int64.fetchOne(db, sql: "SELECT count(*) FROM imports") ?? 0)
      }
    }
  }

  /// The first report of a user's task, if it was reported.
  package func reported(
    _ user: UserOrdinal, task: Tag
  ) throws(ProjectionError) -> EarlierReport? {
    try ProjectionError.naming(path) {
      try queue.read { db in
        let statement = try db.cachedStatement(
          sql: "SELECT sequence, succeeded FROM tasks WHERE user = ? AND task = ?")
        let row = try Row.fetchOne(
          statement, arguments: [Int64(user.value), Data(task.bytes)])
        return row.map {
          EarlierReport(
            sequence: SequenceNumber(UInt64(clamping: $0[0] as Int64)), succeeded: $0[1])
        }
      }
    }
  }

  /// Every count whose hour lies in `hours`, of the first `logSize` records; false where a writer
  /// has moved the rows on since their position was read.
  package func usage(
    in hours: Range<Int64>, at logSize: UInt64, _ body: (UsageCell, UInt64) -> Void
  ) throws(ProjectionError) -> Bool {
    try ProjectionError.naming(path) {
      try queue.read { db in
        let held = try Int64.fetchOne(db, sql: "SELECT log_size FROM position")
        guard held == Int64(exactly: logSize) else { return false }
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT hour, organization, user, key, operation, reason, source, type, count
            FROM usage WHERE hour >= ? AND hour < ?
            """, arguments: [hours.lowerBound, hours.upperBound])
        while let row = try rows.next() {
          guard let cell = UsageCell(row), let count = UInt64(exactly: row[8] as Int64) else {
            throw DatabaseError(message: "a row of usage is not one that was written here")
          }
          body(cell, count)
        }
        return true
      }
    }
  }
}

extension UsageCell {
  fileprivate init?(_ row: Row) {
    func ordinal<Kind>(_ column: Int) -> Ordinal<Kind>? {
      let value: Int64 = row[column]
      return UInt32(exactly: value).map { Ordinal($0) }
    }
    guard let reason = Reason(rawValue: UInt8(truncatingIfNeeded: row[5] as Int64)),
      let source = HistorySource(rawValue: UInt8(truncatingIfNeeded: row[6] as Int64)),
      let type = RequestType(rawValue: UInt8(truncatingIfNeeded: row[7] as Int64))
    else { return nil }
    self.init(
      hour: row[0], organization: ordinal(1), user: ordinal(2), key: ordinal(3),
      operation: ordinal(4), reason: reason, source: source, type: type)
  }
}

/// `?`, `#` and `%` mean something in a URI file name of SQLite.
func uriEscape(_ path: String) -> String {
  var text = ""
  for character in path {
    switch character {
    case "%": text += "%25"
    case "?": text += "%3f"
    case "#": text += "%23"
    default: text.append(character)
    }
  }
  return text
}
