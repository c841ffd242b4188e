internal import ArgumentParser
internal import LedgerStore

enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case table, json, jsonl, csv
}

/// How answers are printed.
struct OutputOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "How the answer is printed.")
  var output: OutputFormat = .table

  /// Prints rows. The names of the columns are given, so that an empty answer has them too.
  func print(_ rows: [Row], columns: [String]) throws {
    var printer = RowPrinter(output, columns: columns)
    for row in rows { try printer.print(row) }
    try printer.finish()
  }

  /// Prints one thing: an object in JSON, a name and a value a line in a table.
  func printObject(_ row: Row) throws {
    let out = StandardOutput.shared
    switch output {
    case .json: try out.write(JSONText.pretty(.object(row)) + "\n")
    case .jsonl: try out.write(JSONText.compact(.object(row)) + "\n")
    case .csv: try print([row], columns: row.columns.map(\.name))
    case .table: try ObjectPrinter.print(row, to: out)
    }
  }
}

/// Prints rows one after the other, as they come; a table is held until the end for its widths.
struct RowPrinter {
  private let format: OutputFormat
  private let columns: [String]
  private let out = StandardOutput.shared
  private var table: TableText
  private var count = 0

  init(_ format: OutputFormat, columns: [String]) {
    self.format = format
    self.columns = columns
    table = TableText(columns: columns)
  }

  mutating func print(_ row: Row) throws {
    switch format {
    case .table: table.add(row)
    case .json: try out.write((count == 0 ? "[\n" : ",\n") + JSONText.compact(.object(row)))
    case .jsonl: try out.write(JSONText.compact(.object(row)) + "\n")
    case .csv:
      if count == 0 { try out.write(CSVText.header(columns)) }
      try out.write(CSVText.line(row))
    }
    count += 1
  }

  mutating func finish() throws {
    switch format {
    case .table: try out.write(table.text())
    case .json: try out.write(count == 0 ? "[]\n" : "\n]\n")
    case .jsonl: break
    case .csv: if count == 0 { try out.write(CSVText.header(columns)) }
    }
  }
}
