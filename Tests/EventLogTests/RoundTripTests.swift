import EventLog
import Testing
import Transparency

@Suite("Records come back as they were")
struct RoundTripTests {
  @Test("A log on the real disk reads back every record")
  func realDisk() throws {
    let directory = try TemporaryDirectory()
    try LogWriter.create(directory: directory.path, logID: testLogID, options: smallSegments)
    var writer = try LogWriter(opening: directory.path, signedSize: 0, options: smallSegments)
    #expect(try writer.append(RecordBatch(numbers: 0..<100)) == 100)
    #expect(try writer.append(RecordBatch(numbers: 100..<5000)) == 5000)
    #expect(writer.tree.root() == root(ofFirst: 5000))
    let reader = try LogReader(directory: directory.path)
    #expect(try reader.records() == (0..<5000).map { record($0) })
    #expect(reader.logID == testLogID)
    let report = LogVerifier.verify(directory: directory.path)
    #expect(report.problems.isEmpty)
    #expect(report.root == root(ofFirst: 5000))
  }

  @Test("A record of any allowed length comes back", arguments: [0, 1, 54, 511, 512, 513, 65_535])
  func lengths(length: Int) throws {
    let disk = try makeLog()
    var batch = RecordBatch()
    batch.append(bytes: noise(length))
    batch.append(bytes: [UInt8](repeating: 0, count: length))
    batch.append(bytes: [UInt8](repeating: 7, count: length))
    var writer = try openLog(disk)
    #expect(try writer.append(batch) == 3)
    let reader = try readLog(disk)
    #expect(try reader.record(at: 0) == noise(length))
    #expect(try reader.record(at: 1) == [UInt8](repeating: 0, count: length))
    #expect(try reader.record(at: 2) == [UInt8](repeating: 7, count: length))
    #expect(verifyLog(disk).problems.isEmpty)
  }

  @Test("A batch beyond the limits of a block is several blocks, and all of it comes back")
  func largeBatch() throws {
    let options = LogOptions(segmentCapacity: 2 << 20, sparePreparation: .inline)
    let disk = try makeLog(options: options)
    var writer = try openLog(disk, options: options)
    #expect(try writer.append(RecordBatch(numbers: 0..<20_000)) == 20_000)
    let reader = try readLog(disk)
    #expect(try reader.records() == (0..<20_000).map { record($0) })
    var counts: [UInt32] = []
    try reader.forEach(where: { block in
      counts.append(block.count)
      return false
    }) { _, _ in Issue.record("a block that was filtered out was read") }
    #expect(counts == [8192, 8192, 3616])
  }

  @Test("A log of many segments reads back from any sequence")
  func manySegments() throws {
    let disk = try makeLog(batches: runs(of: 97, upTo: 12_000))
    let reader = try readLog(disk)
    #expect(reader.segments.count > 3)
    #expect(reader.segments.map(\.count).reduce(0, +) == 12_000)
    for from in [0, 1, 96, 97, 5_000, 11_999, 12_000] as [UInt64] {
      let to = min(12_000, from + 200)
      let expected = (Int(from)..<Int(to)).map { record($0) }
      #expect(try reader.records(from: from, to: to) == expected)
    }
    #expect(throws: LogError.noSuchSequence(12_001, size: 12_000)) {
      try reader.records(from: 0, to: 12_001)
    }
    #expect(throws: LogError.noSuchSequence(12_000, size: 12_000)) {
      try reader.record(at: 12_000)
    }
    let report = verifyLog(disk, rootsAt: [0, 1, 97, 6_001, 12_000, 12_001])
    #expect(report.problems.isEmpty)
    #expect(report.records == 12_000)
    #expect(
      report.roots == [
        0: root(ofFirst: 0), 1: root(ofFirst: 1), 97: root(ofFirst: 97),
        6_001: root(ofFirst: 6_001), 12_000: root(ofFirst: 12_000),
      ])
  }

  @Test("A block's filter sees its times and the union of its summaries")
  func filter() throws {
    let disk = try makeLog(batches: [0..<10, 10..<20, 20..<30])
    var blocks: [BlockInfo] = []
    var read: [UInt64] = []
    try readLog(disk).forEach(where: { block in
      blocks.append(block)
      return block.summary & (1 << 15) != 0
    }) { sequence, _ in read.append(sequence) }
    #expect(read == Array(10..<20))
    #expect(blocks.map(\.firstSequence) == [0, 10, 20])
    #expect(blocks[1].firstRecorded == 10 && blocks[1].lastRecorded == 19)
    #expect(blocks[1].minHappened == 1_000_000 - 19 && blocks[1].maxHappened == 1_000_000 - 10)
    #expect(blocks[1].summary == (10..<20).reduce(0) { $0 | 1 << UInt64($1) })
  }

  @Test("A block larger than a segment gets a segment of its own size")
  func blockLargerThanSegment() throws {
    let disk = try makeLog()
    var writer = try openLog(disk)
    var batch = RecordBatch()
    for number in 0..<7 {
      batch.append(bytes: noise(65_535, seed: UInt64(number)), joinsPrevious: number > 0)
    }
    #expect(try writer.append(batch) == 7)
    #expect(try writer.append(RecordBatch(numbers: 7..<9)) == 9)
    let reader = try readLog(disk)
    #expect(try reader.record(at: 6) == noise(65_535, seed: 6))
    #expect(try reader.record(at: 8) == record(8))
    #expect(verifyLog(disk).problems.isEmpty)
  }

  @Test("A writer that appends nothing changes no byte")
  func emptyRun() throws {
    let disk = try #require(
      try makeLog(batches: [0..<10, 10..<20], stopping: true) as? SimulatedDisk)
    let before = disk.files
    do {
      var writer = try openLog(disk)
      #expect(try writer.append(RecordBatch()) == 20)
      #expect(writer.recovery.isCleanStop && writer.recovery.isClean)
    }
    #expect(disk.files == before)
  }

  @Test("After a clean stop the log is continued, again and again")
  func restarts() throws {
    let disk = try makeLog()
    for number in 0..<50 {
      var writer = try openLog(disk)
      #expect(writer.size == UInt64(number * 80))
      #expect(writer.recovery.isClean)
      #expect(writer.recovery.isCleanStop == (number > 0))
      let numbers = (number * 80)..<(number * 80 + 80)
      #expect(
        try writer.append(RecordBatch(numbers: numbers), stopping: true) == numbers.upperBound)
    }
    #expect(try readLog(disk).records() == (0..<4_000).map { record($0) })
    let report = verifyLog(disk)
    #expect(report.problems.isEmpty && report.isCleanStop && report.segments > 1)
  }

  @Test("The tree at a known size saves hashing and gives the same tree")
  func knownTree() throws {
    let disk = try makeLog(batches: runs(of: 50, upTo: 3_000))
    for size in [0, 1, 25, 50, 1_000, 1_049, 3_000] {
      var known = CompactRange(begin: 0)
      for number in 0..<size { known.append(MerkleTree.leaf(record(number))) }
      let writer = try LogWriter(
        opening: simulatedDirectory, signedSize: 0, knownTree: known, options: smallSegments,
        disk: disk)
      #expect(writer.tree.root() == root(ofFirst: 3_000))
    }
  }
}
