package import Ledger

/// One value of an answer.
package enum Value: Hashable, Sendable {
  case null
  case text(String)
  case number(Int64)
  /// Printed as it stands where JSON wants a number: a decimal fraction of fixed length.
  case decimal(String)
  case flag(Bool)
  case time(Timestamp)
  /// A time shown with the offset of a time zone, in seconds east of UTC.
  case zoned(Timestamp, offset: Int)
  case list([Value])
  case object(Row)

  package init(_ text: String?) { self = text.map { .text($0) } ?? .null }
  package init(_ time: Timestamp?) { self = time.map { .time($0) } ?? .null }
  package init(_ number: UInt64) { self = .number(Int64(clamping: number)) }
}

/// One line of an answer: named values in their order.
package struct Row: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package var name: String
    package var value: Value
  }

  package private(set) var columns: [Column] = []

  package init() {}

  package init(_ columns: KeyValuePairs<String, Value>) {
    self.columns = columns.map { Column(name: $0.key, value: $0.value) }
  }

  package subscript(_ name: String) -> Value? {
    columns.first { $0.name == name }?.value
  }

  package func without(_ name: String) -> Row {
    var row = self
    row.columns.removeAll { $0.name == name }
    return row
  }

  package mutating func append(_ name: String, _ value: Value) {
    columns.append(Column(name: name, value: value))
  }
}
