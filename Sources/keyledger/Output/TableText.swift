internal import Ledger
internal import LedgerStore

/// Answers for people: columns as wide as their widest cell. Columns that are empty in every row
/// are left out (false is empty), and times lose zeros that say nothing.
struct TableText {
  private let columns: [String]
  private var lines: [[String]] = []

  init(columns: [String]) { self.columns = columns }

  mutating func add(_ row: Row) {
    lines.append(columns.map { row[$0].map(TableText.cell) ?? "" })
  }

  func text() -> String {
    if lines.isEmpty { return "nothing\n" }
    let shown = columns.indices.filter { column in lines.contains { !$0[column].isEmpty } }
    let widths = shown.map { column in
      max(columns[column].count, lines.map { $0[column].count }.max() ?? 0)
    }
    var text = ""
    for line in [columns] + lines {
      let cells = zip(shown, widths).map { column, width in
        line[column] + String(repeating: " ", count: width - line[column].count)
      }
      var joined = cells.joined(separator: "  ")
      while joined.hasSuffix(" ") { joined.removeLast() }
      text += joined + "\n"
    }
    return text
  }

  /// A cell never breaks the line or moves the cursor, whatever a client sent.
  static func cell(_ value: Value) -> String {
    if case .flag(false) = value { return "" }
    var text = PlainText.of(value)
    if case .time = value, text.hasSuffix(".000000Z") { text = text.dropLast(8) + "Z" }
    return printable(text)
  }

  static func printable(_ text: String) -> String {
    var printable = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      let isFormat = scalar.properties.generalCategory == .format
      printable.unicodeScalars.append(isControl || isFormat ? "\u{FFFD}" : scalar)
    }
    return printable
  }
}

/// One thing for people: a name and a value a line, lists as tables below.
enum ObjectPrinter {
  static func print(_ row: Row, to out: StandardOutput) throws {
    let simple = row.columns.filter { !isTable($0.value) }
    let width = simple.map(\.name.count).max() ?? 0
    for column in simple {
      let padding = String(repeating: " ", count: width - column.name.count)
      try out.write("\(column.name)\(padding)  \(TableText.cell(column.value))\n")
    }
    for column in row.columns {
      guard case .list(let values) = column.value, isTable(column.value) else { continue }
      let rows = values.compactMap { value -> Row? in
        if case .object(let row) = value { row } else { nil }
      }
      try out.write("\n\(column.name) (\(rows.count))\n")
      var table = TableText(columns: rows.first?.columns.map(\.name) ?? [])
      for row in rows { table.add(row) }
      try out.write(table.text())
    }
  }

  private static func isTable(_ value: Value) -> Bool {
    guard case .list(let values) = value, case .object? = values.first else { return false }
    return true
  }
}
