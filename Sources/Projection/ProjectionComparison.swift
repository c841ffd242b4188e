internal import Foundation
internal import GRDB

extension ProjectionDatabase {
  /// A row that stands in one database and not in the other.
  package struct Difference: Equatable, Sendable {
    package var table: String
    package var row: String
    /// True for a row that only this database has.
    package var isHere: Bool
  }

  /// How many differences are told; more say nothing new.
  package static let differenceLimit = 20

  /// The rows in which the two databases differ, table by table, at most `differenceLimit`.
  package func differences(from other: ProjectionDatabase) throws(ProjectionError) -> [Difference] {
    var found: [Difference] = []
    for table in ProjectionSchema.tables {
      let here = try rows(of: table)
      let there = try other.rows(of: table)
      found += here.subtracting(there).sorted()
        .map { Difference(table: table, row: $0, isHere: true) }
      found += there.subtracting(here).sorted()
        .map { Difference(table: table, row: $0, isHere: false) }
      if found.count >= Self.differenceLimit { return Array(found.prefix(Self.differenceLimit)) }
    }
    return found
  }

  /// Every row of a table as one text.
  private func rows(of table: String) throws(ProjectionError) -> Set<String> {
    try ProjectionError.naming(path) {
      try queue.read { db in
        var rows: Set<String> = []
        let cursor = try Row.fetchCursor(db, sql: "SELECT * FROM \(table)")
        while let row = try cursor.next() {
          let cells = row.map { column, value in "\(column)=\(describe(value))" }
          rows.insert(cells.joined(separator: " "))
        }
        return rows
      }
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
    "x'"
      + data.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      .joined() + "'"
  }
}
