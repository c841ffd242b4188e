internal import Foundation
internal import Ledger
internal import LedgerStore
package import Logging

/// Log lines as JSON, one object a line, on stderr: `time`, `level`, `message`, and what the line
/// is about. Credentials never come here: nothing of a request but its route is logged.
package struct JSONLogHandler: LogHandler {
  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  private let label: String

  package init(label: String) { self.label = label }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var row = Row()
    row.append("time", .time(RecordClock.wall))
    row.append("level", .text(event.level.rawValue))
    row.append("logger", .text(label))
    row.append("message", .text("\(event.message)"))
    let merged = metadata.merging(event.metadata ?? [:]) { $1 }
    for (name, value) in merged.sorted(by: { $0.key < $1.key }) {
      row.append(name, .text("\(value)"))
    }
    let line = JSONText.compact(.object(row)) + "\n"
    // One write, so that lines of two threads do not mix.
    FileHandle.standardError.write(Data(line.utf8))
  }
}
