internal import Foundation
internal import LedgerStore

/// An export that was made before.
struct ExportFile {
  let path: String
  let contents: Data
  /// What most of its lines say they were computed at; `nil` where it has no line.
  let logSize: UInt64?

  init(_ path: String, _ format: ExportFormat) throws {
    self.path = path
    do {
      contents = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw Failure(code: ExitStatus.error, line: "\(path): cannot be read")
    }
    var votes: [UInt64: Int] = [:]
    for line in ExportFile.lines(contents) {
      if let size = ExportFile.logSize(of: line, format) { votes[size, default: 0] += 1 }
    }
    // One changed digit cannot move the size that all other lines agree on.
    logSize = votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// With their ends.
  static func lines(_ contents: Data) -> [Data.SubSequence] {
    var lines: [Data.SubSequence] = []
    var start = contents.startIndex
    while start < contents.endIndex {
      let end = contents[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? contents.endIndex
      lines.append(contents[start..<end])
      start = end
    }
    return lines
  }

  private static func logSize(of line: Data.SubSequence, _ format: ExportFormat) -> UInt64? {
    let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
    switch format {
    case .csv: return text.split(separator: ",").last.flatMap { UInt64($0) }
    case .jsonl:
      guard text.hasSuffix("}"), let colon = text.lastIndex(of: ":") else { return nil }
      return UInt64(text[text.index(after: colon)...].dropLast())
    }
  }
}

/// Holds lines, as they are computed again, against those of a file.
struct ExportComparison {
  private var rest: ArraySlice<Data.SubSequence>
  private(set) var count = 0
  private(set) var difference: String?

  init(_ file: ExportFile) { rest = ExportFile.lines(file.contents)[...] }

  /// One record, which in CSV can be several lines.
  mutating func expect(_ record: String) {
    for line in ExportFile.lines(Data(record.utf8)) where difference == nil {
      count += 1
      guard let held = rest.popFirst() else {
        difference = "line \(count): missing; computed again it is \(shown(line))"
        return
      }
      if held != line {
        difference = "line \(count): \(shown(held)); computed again it is \(shown(line))"
      }
    }
  }

  mutating func expectEnd() {
    guard difference == nil, let held = rest.first else { return }
    difference = "line \(count + 1): \(shown(held)); computed again there is no such line"
  }

  private func shown(_ line: Data.SubSequence) -> String {
    let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
    return "'\(TableText.printable(text))'"
  }
}
