internal import GRDB

extension ProjectionDatabase {
  /// A row that stands in one database and not in the other.
  package struct Difference: Equatable, Sendable, CustomStringConvertible {
    package var table: String
    package var row: String
    /// True for a row that only the other database has.
    package var isSurplus: Bool

    package var description: String {
      "table \(table) \(isSurplus ? "has" : "lacks") the row \(row)"
    }
  }

  /// How many differences of a table are told; more say nothing new.
  package static let differenceLimit = 20

  /// What is wrong in the database at `path`, if this one is right: rows it should not have, and
  /// rows it should. SQLite compares, so that memory does not grow with the tables.
  package func differences(
    ofDatabaseAt path: String, immutable: Bool
  ) throws(ProjectionError) -> [Difference] {
    try ProjectionError.naming(path) {
      try queue.writeWithoutTransaction { db in
        let mode = immutable ? "immutable=1" : "mode=ro"
        try db.execute(
          sql: "ATTACH DATABASE ? AS other", arguments: ["file:\(uriEscape(path))?\(mode)"])
        let result = Result {
          try ProjectionSchema.tables.flatMap { table in
            try rows("other", "main", table, db).map {
              Difference(table: table, row: $0, isSurplus: true)
            }
              + rows("main", "other", table, db).map {
                Difference(table: table, row: $0, isSurplus: false)
              }
          }
        }
        try db.execute(sql: "DETACH DATABASE other")
        return try result.get()
      }
    }
  }

  /// Rows of a table that stand in one schema and not in another, each as one text.
  private func rows(
    _ one: String, _ other: String, _ table: String, _ db: Database
  ) throws -> [String] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM \(one).\(table) EXCEPT SELECT * FROM \(other).\(table)
        LIMIT \(Self.differenceLimit)
        """
    ).map { row in
      row.map { column, value in "\(column)=\(describe(value))" }.joined(separator: " ")
    }
  }
}

private func describe(_ value: DatabaseValue) -> String {
  switch value.storage {
  case .null: "null"
  case .int64(let number): "\(number)"
  case .double(let number): "\(number)"
  case .string(let text): "'\(text)'"
  case .blob(let data):
    "x'" + data.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'"
  }
}
