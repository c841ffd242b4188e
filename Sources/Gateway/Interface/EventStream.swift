internal import Hummingbird
internal import Ledger
internal import LedgerStore

/// The trail as it grows, by server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
struct EventStream: Sendable {
  /// How often the end of the log is looked at.
  private static let interval = Duration.milliseconds(200)
  /// Looks without an event between two comments, which keep proxies from closing: 10 s.
  private static let quietLooks = 50
  /// Records read at a time, so that a client that is far behind costs little memory.
  private static let portion: UInt64 = 10_000

  let desk: ReadDesk
  let request: TrailRequest
  let statistics: WriterStatistics
  /// Whether the caller may still read; asked at every look.
  let isAllowed: @Sendable () async -> Bool

  func body(from first: UInt64) -> ResponseBody {
    ResponseBody { writer in
      var next = first
      var quiet = 0
      try await writer.write(ByteBuffer(string: ": keyledger\n\n"))
      while await isAllowed() {
        let size = max(statistics.current.logSize, next)
        let events = size > next ? try await read(from: next, to: size) : (next, [])
        next = events.0
        quiet = events.1.isEmpty ? quiet + 1 : 0
        for row in events.1 { try await writer.write(ByteBuffer(string: Self.text(row))) }
        if quiet >= Self.quietLooks {
          try await writer.write(ByteBuffer(string: ":\n\n"))
          quiet = 0
        }
        if next >= size { try await Task.sleep(for: Self.interval) }
      }
      try await writer.finish(nil)
    }
  }

  private func read(from: UInt64, to: UInt64) async throws -> (UInt64, [Row]) {
    let request = request
    return try await desk.ask { reader in
      let end = min(from + Self.portion, to, max(reader.logSize, from))
      return (end, try reader.events(request, from: from, to: end).rows)
    }
  }

  private static func text(_ row: Row) -> String {
    var sequence = ""
    if case .number(let number)? = row["sequence"] { sequence = "\(number)" }
    var type = ""
    if case .text(let name)? = row["type"] { type = name }
    return "id: \(sequence)\nevent: \(type)\ndata: \(JSONText.compact(.object(row)))\n\n"
  }
}
