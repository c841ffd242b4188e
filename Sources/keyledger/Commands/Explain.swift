internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Why a request was decided as it was, and by which records.",
    discussion: """
      The decision is derived again from the records before it. A record that is no decision on a \
      request is told as it stands, with exit code 5.
      """)
  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions
  @Argument(help: "The record's sequence.") var sequence: UInt64

  func run() throws {
    let row = try data.asked("/v1/explain/\(sequence)") ?? data.reader().explain(sequence).row
    try format.printObject(row)
    if row["type"] != .text(EventType.requestDecided.name) {
      throw Failure.notFound("record \(sequence) is no decision on a request")
    }
  }
}
