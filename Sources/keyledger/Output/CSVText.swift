internal import LedgerStore

/// Answers as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets a `'` in
/// front.
enum CSVText {
  static func header(_ columns: [String]) -> String {
    columns.map { cell(.text($0)) }.joined(separator: ",") + "\r\n"
  }

  static func line(_ row: Row) -> String {
    row.columns.map { cell($0.value) }.joined(separator: ",") + "\r\n"
  }

  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\u{0}",
  ]

  private static func cell(_ value: Value) -> String {
    var text = PlainText.of(value)
    if case .text = value, let first = text.unicodeScalars.first, formulaStarts.contains(first) {
      text = "'" + text
    }
    // Scalars, because CR LF is one Character, and so is a quote with an accent.
    let needsQuotes = text.unicodeScalars.contains {
      $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n"
    }
    guard needsQuotes else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }
}
