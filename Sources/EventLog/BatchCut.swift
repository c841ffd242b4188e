/// Cuts a batch into the runs of entries that become blocks. Groups are never cut.
struct BatchCut {
  private let entries: [RecordBatch.Entry]
  /// Bytes of the whole batch.
  private let byteCount: Int
  /// Bytes of records at which a block is closed.
  private let rawTarget: Int

  init(_ batch: borrowing RecordBatch, rawTarget: Int) {
    entries = batch.entries
    byteCount = batch.byteCount
    self.rawTarget = rawTarget
  }

  func runs() throws(LogError) -> [Range<Int>] {
    guard !entries.isEmpty else { return [] }
    guard !entries[0].joinsPrevious else {
      throw .batchRefused(reason: "the first record joins one before it, and there is none")
    }
    var runs: [Range<Int>] = []
    var run = 0..<0
    while run.upperBound < entries.count {
      let group = try group(from: run.upperBound)
      let joined = run.lowerBound..<group.upperBound
      let fits = joined.count <= LogFormat.maxBlockRecords && length(joined) <= rawTarget
      if fits || run.isEmpty {
        run = joined
      } else {
        runs.append(run)
        run = group
      }
    }
    runs.append(run)
    return runs
  }

  private func group(from first: Int) throws(LogError) -> Range<Int> {
    var end = first + 1
    while end < entries.count, entries[end].joinsPrevious { end += 1 }
    let group = first..<end
    guard group.count <= LogFormat.maxBlockRecords, length(group) <= LogFormat.maxBlockRawLength
    else {
      throw .batchRefused(
        reason: "a group of \(group.count) records, \(length(group)) bytes, expected at most"
          + " \(LogFormat.maxBlockRecords) and \(LogFormat.maxBlockRawLength)")
    }
    return group
  }

  private func length(_ run: Range<Int>) -> Int {
    start(of: run.upperBound) - start(of: run.lowerBound)
  }

  private func start(of index: Int) -> Int {
    index < entries.count ? entries[index].start : byteCount
  }
}
