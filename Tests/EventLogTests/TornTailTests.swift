import EventLog
import Testing

@Suite("The end of a log that was not stopped")
struct TornTailTests {
  private static let path = "/log/00000000000000000000.klog"

  /// Ten records, and behind them one block of records that do not compress, many sectors long.
  private static func log(stopping: Bool = false) throws -> (
    files: [String: [UInt8]], block: Range<Int>
  ) {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, batches: [0..<10])
    let start = try #require(disk.files[path]?.lastIndex { $0 != 0 }) + 1
    var writer = try openLog(disk)
    var batch = RecordBatch()
    batch.append(bytes: noise(3_000), at: 10)
    _ = try writer.append(batch, stopping: stopping)
    let end = try #require(disk.files[path]?.lastIndex { $0 != 0 }) + 1
    return (disk.files, start..<end)
  }

  private static func zero(_ files: inout [String: [UInt8]], _ range: Range<Int>) {
    files[path]!.replaceSubrange(range, with: [UInt8](repeating: 0, count: range.count))
  }

  /// The sectors of the file, clipped to the block.
  private static func sectors(_ block: Range<Int>) -> [Range<Int>] {
    (block.lowerBound / 512...(block.upperBound - 1) / 512).map {
      max(block.lowerBound, $0 * 512)..<min(block.upperBound, $0 * 512 + 512)
    }
  }

  @Test("Every set of missing sectors of the last block is a torn tail, cut and kept")
  func everySubset() throws {
    let (whole, block) = try Self.log()
    let sectors = Self.sectors(block)
    #expect(sectors.count > 6)
    for missing in 1..<(1 << sectors.count) {
      var files = whole
      for (index, sector) in sectors.enumerated() where missing & 1 << index != 0 {
        Self.zero(&files, sector)
      }
      let disk = SimulatedDisk(files: files)
      let last = files[Self.path]!.lastIndex { $0 != 0 }! + 1
      let writer = try openLog(disk, signedSize: 10)
      #expect(writer.size == 10)
      if last <= block.lowerBound {
        #expect(writer.recovery.isClean)
        continue
      }
      let torn = try #require(writer.recovery.tornTail)
      #expect(torn.offset == UInt64(block.lowerBound) && torn.sequence == 10)
      #expect(torn.length == UInt64(last - block.lowerBound))
      let copy = try #require(torn.savedAs)
      #expect(disk.files["/log/" + copy] == Array(files[Self.path]![block.lowerBound..<last]))
      #expect(!disk.files[Self.path]![block.lowerBound...].contains { $0 != 0 })
    }
  }

  @Test("A second torn tail does not overwrite the copy of the first")
  func twoCopies() throws {
    var (files, block) = try Self.log()
    Self.zero(&files, Self.sectors(block)[2])
    files[Self.path + ".torn"] = [9]
    let disk = SimulatedDisk(files: files)
    let writer = try openLog(disk)
    #expect(writer.recovery.tornTail?.savedAs == "00000000000000000000.klog.torn.1")
    #expect(disk.files[Self.path + ".torn"] == [9])
  }

  @Test("A torn tail is passed over by a reader and reported by verify, which calls it no problem")
  func readersAndVerify() throws {
    var (files, block) = try Self.log()
    Self.zero(&files, Self.sectors(block)[1])
    let disk = SimulatedDisk(files: files)
    let reader = try readLog(disk)
    #expect(reader.size == 10 && reader.tornTail?.sequence == 10 && reader.problem == nil)
    #expect(try reader.records() == (0..<10).map { record($0) })
    let report = verifyLog(disk)
    #expect(report.problems.isEmpty && report.records == 10)
    #expect(report.tornTail == reader.tornTail)
    #expect(disk.files == files, "neither changes anything")
  }

  @Test("A damaged last block of which every sector was written is corruption")
  func damagedLastBlock() throws {
    let (whole, block) = try Self.log()
    for byte in [block.lowerBound, block.lowerBound + 60, block.lowerBound + 700] {
      var files = whole
      files[Self.path]![byte] ^= 0x10
      try expectCorrupt(files, "expected sequence 10")
    }
  }

  @Test("A damaged block that another follows is corruption even if a sector of it is missing")
  func damagedMiddle() throws {
    let disk = SimulatedDisk(files: try Self.log().files)
    let block = try Self.log().block
    var writer = try openLog(disk)
    _ = try writer.append(RecordBatch(numbers: 11..<20))
    var files = disk.files
    Self.zero(&files, Self.sectors(block)[0])
    try expectCorrupt(files, "an undamaged block with sequence 11 follows")
    files = disk.files
    Self.zero(&files, block)
    try expectCorrupt(files, "an undamaged block with sequence 11 follows")
  }

  @Test("A byte behind the last block, too far for any block, is corruption")
  func farByte() throws {
    // Farther than a block reaches needs a segment larger than a block.
    let options = LogOptions(segmentCapacity: 1 << 20, sparePreparation: .inline)
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, options: options, batches: [0..<10])
    var files = disk.files
    files[Self.path]![900_000] = 1
    try expectCorrupt(files, "farther from the last good block than any block reaches")
  }

  @Test("A byte behind a block with the stop flag is corruption, wherever it is")
  func byteAfterStop() throws {
    let (whole, block) = try Self.log(stopping: true)
    for byte in [block.upperBound, block.upperBound + 100, block.upperBound + 5_000] {
      var files = whole
      files[Self.path]![byte] = 0x4B
      try expectCorrupt(files, "expected only zeros after the writer stopped cleanly")
    }
  }

  @Test("A cut below the last signed checkpoint is a loss, and changes nothing")
  func loss() throws {
    var (files, block) = try Self.log()
    Self.zero(&files, Self.sectors(block)[3])
    let disk = SimulatedDisk(files: files)
    #expect(throws: LogError.loss(signedSize: 11, size: 10)) {
      try openLog(disk, signedSize: 11).size
    }
    #expect(disk.files == files)
  }

  @Test("The first block after a restart may be torn: the resume mark says it was begun")
  func tornAfterRestart() throws {
    let disk = SimulatedDisk(files: try Self.log(stopping: true).files)
    let stopped = disk.files
    var writer = try openLog(disk)
    var batch = RecordBatch()
    batch.append(bytes: noise(3_000, seed: 2), at: 11)
    _ = try writer.append(batch)
    var files = disk.files
    let last = files[Self.path]!.lastIndex { $0 != 0 }!
    Self.zero(&files, (last / 512 * 512 - 512)..<(last / 512 * 512))
    let torn = SimulatedDisk(files: files)
    #expect(verifyLog(torn).tornTail?.sequence == 11)
    let again = try openLog(torn)
    #expect(again.size == 11 && again.recovery.tornTail != nil && !again.recovery.isCleanStop)
    #expect(torn.files[Self.path] != stopped[Self.path], "the resume mark stays")
    #expect(verifyLog(torn).problems.isEmpty)
  }

  @Test("A damaged resume mark is corruption")
  func damagedResumeMark() throws {
    let (start, block) = try Self.log(stopping: true)
    let disk = SimulatedDisk(files: start)
    var writer = try openLog(disk)
    _ = try writer.append(RecordBatch(numbers: 11..<12))
    let mark = (block.upperBound + 15) / 16 * 16
    for byte in [mark, mark + 5, mark + 15] {
      var files = disk.files
      files[Self.path]![byte] ^= 2
      try expectCorrupt(files, "expected only zeros after the writer stopped cleanly")
    }
  }

  private func expectCorrupt(_ files: [String: [UInt8]], _ text: String) throws {
    let disk = SimulatedDisk(files: files)
    guard case .failure(.corrupt(let problem)) = opened(disk) else {
      Issue.record("\(opened(disk)), expected: \(text)")
      return
    }
    #expect(problem.file == "00000000000000000000.klog" && problem.problem.contains(text))
    #expect(try readLog(disk).problem == problem, "a reader reports the same")
    #expect(verifyLog(disk).problems.contains { $0.problem.contains(text) })
    #expect(disk.files == files, "nothing was changed")
  }
}
