/// How much memory one file may take, in bytes. Tests use smaller ones.
package struct CloudTrailLimits: Sendable, Equatable {
  /// The longest record or line, as text. AWS delivers events of at most 256 KiB; this leaves
  /// room for indentation and for what pipelines add, and bounds the tree that is held of one
  /// record while it is read (see `JSONTree.parse`).
  package var record = 1 << 20

  /// Events are held from the checking pass up to this sum of their sizes; a larger file is read
  /// a second time instead. It holds the files AWS delivers, a few thousand events.
  package var held = 16 << 20

  /// A batch ends with the event that reaches this sum of sizes, or at `batchEvents`.
  package var batch = 8 << 20

  /// The most events in a batch: enough that the cost of a batch is shared, few enough to be
  /// appended to a log in one go.
  package var batchEvents = 1_000

  package static let standard = CloudTrailLimits()

  package init() {}
}

extension CloudTrailEvent {
  /// About what the event takes in memory, in bytes: its canonical form, and as much as a
  /// typical one needs for its strings and itself.
  var footprint: Int {
    let stringsAndSelf = 768
    return canonical.count + stringsAndSelf
  }
}
