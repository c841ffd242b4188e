/// How much memory one file may take, in bytes. Tests use smaller ones.
package struct CloudTrailLimits: Sendable, Equatable {
  /// The longest line, or record of a document in its canonical form. AWS delivers events of at
  /// most 256 KiB; pipelines that add fields of their own stay far below this.
  package var record = 16 << 20

  /// The longest whole document (`Records` or an array), after decompression: it is held in
  /// memory as a tree of about 15 times its size while it is read. AWS delivers about 50 MB at
  /// most; more than this is a bomb or should be JSON lines, which have no limit.
  package var document = 512 << 20

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
