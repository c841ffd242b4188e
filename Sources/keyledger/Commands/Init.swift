internal import ArgumentParser
internal import Ledger
internal import LedgerStore

struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a new data directory: signing key, empty log, first admin token.",
    discussion: "The token is shown once and kept nowhere.")

  @OptionGroup var data: DataOption
  @OptionGroup var format: OutputOptions

  @Option(
    help: "The name under which checkpoints are signed, such as example.com/api; random otherwise.")
  var origin: String?

  @Option(help: "Bytes of a log segment, from 65536.")
  var segmentSize: Int?

  /// Bytes. A segment and its spare are written as zeros ahead; far larger ones gain nothing.
  private static let largestSegment = 1 << 34

  func validate() throws {
    if let segmentSize, segmentSize < 65_536 {
      throw ValidationError("--segment-size is at least 65536")
    }
    if let segmentSize, segmentSize > Self.largestSegment {
      throw ValidationError("--segment-size is at most \(Self.largestSegment)")
    }
  }

  func run() throws {
    let directory = try data.directory()
    let created = try directory.create(
      origin: origin, segmentCapacity: segmentSize, by: .operator)
    try format.printObject(
      Row([
        "data": .text(directory.root), "origin": .text(created.origin),
        "verifierKey": .text(created.verifierKey), "adminToken": .text(created.adminToken),
      ]))
  }
}
