import EventLog
import Testing

@Suite("Every change of a stopped log is found")
struct TamperTests {
  /// A sealed segment, and an active one that the writer stopped cleanly.
  static let files: Result<[String: [UInt8]], any Error> = Result {
    let disk = SimulatedDisk()
    try LogWriter.create(
      directory: simulatedDirectory, logID: testLogID, options: smallSegments, disk: disk)
    var writer = try openLog(disk)
    // Equal records, a block each: a full segment that becomes a short file when it is sealed.
    for _ in 0..<first {
      var batch = RecordBatch()
      batch.append(bytes: noise(recordLength))
      _ = try writer.append(batch)
    }
    _ = try writer.append(RecordBatch(numbers: first..<(first + 4)))
    _ = try writer.append(RecordBatch(numbers: (first + 4)..<size), stopping: true)
    _ = try Sealer(directory: simulatedDirectory, disk: disk).sealFullSegments()
    return disk.files
  }

  /// A block of 1,016 bytes with its header of 76, the record's prefix and the end mark: 64 of
  /// them fill a segment to the last byte.
  static let recordLength = 937
  static let first = 64
  static let size = first + 5
  static let sealed = "/log/00000000000000000000.klog"
  static let active = "/log/00000000000000000064.klog"

  /// Expects `verify` to name the file and opening to refuse, and to change nothing.
  static func expectFound(
    _ files: [String: [UInt8]], in path: String, _ what: @autoclosure () -> String
  ) {
    let disk = SimulatedDisk(files: files)
    let name = path.dropFirst("/log/".count)
    let report = verifyLog(disk)
    if !report.problems.contains(where: { $0.file == name }) {
      Issue.record("\(what()) in \(name): verify reports \(report.problems)")
    }
    switch opened(disk) {
    case .failure(.corrupt(let problem)) where problem.file == name: break
    case let other: Issue.record("\(what()) in \(name): opening gives \(other)")
    }
    if disk.files != files { Issue.record("\(what()) in \(name): opening changed a file") }
  }

  static func flip(_ files: [String: [UInt8]], _ path: String, _ bit: Int) {
    var changed = files
    changed[path]![bit / 8] ^= 1 << UInt8(bit % 8)
    expectFound(changed, in: path, "bit \(bit % 8) of byte \(bit / 8)")
  }

  @Test("The log is sound before anything is changed")
  func sound() throws {
    let files = try Self.files.get()
    let disk = SimulatedDisk(files: files)
    let report = verifyLog(disk)
    #expect(report.problems.isEmpty && report.isCleanStop && report.records == UInt64(Self.size))
    #expect(try readLog(disk).segments.map(\.isSealed) == [true, false])
    #expect(try openLog(disk).size == UInt64(Self.size))
    #expect(disk.files == files)
  }

  @Test("A single flipped bit in the active segment is found and named")
  func activeSegment() throws {
    let files = try Self.files.get()
    let bytes = try #require(files[Self.active])
    let used = try #require(bytes.lastIndex { $0 != 0 }) + 1
    for bit in 0..<(used + 40) * 8 { Self.flip(files, Self.active, bit) }
    // The zeros behind: one bit in each of some bytes, the last included.
    for byte in stride(from: used + 40, to: bytes.count, by: 509) {
      Self.flip(files, Self.active, byte * 8 + byte % 8)
    }
    for bit in 0..<8 { Self.flip(files, Self.active, (bytes.count - 1) * 8 + bit) }
  }

  @Test("A single flipped bit in a sealed segment and its footer is found and named")
  func sealedSegment() throws {
    let files = try Self.files.get()
    let bytes = try #require(files[Self.sealed])
    for bit in 0..<bytes.count * 8 { Self.flip(files, Self.sealed, bit) }
  }

  @Test("A file cut at any byte is found and named")
  func truncation() throws {
    let files = try Self.files.get()
    for path in [Self.sealed, Self.active] {
      let bytes = try #require(files[path])
      let used = try #require(bytes.lastIndex { $0 != 0 }) + 1
      for length in Array(1..<used) + [bytes.count - 1] {
        var changed = files
        changed[path] = Array(bytes.prefix(length))
        Self.expectFound(changed, in: path, "cut to \(length) bytes")
      }
    }
  }

  @Test("A missing segment is found and named, and an empty one where records follow")
  func missingSegment() throws {
    var files = try Self.files.get()
    files[Self.sealed] = []
    Self.expectFound(files, in: Self.sealed, "emptied")
    files[Self.sealed] = nil
    Self.expectFound(files, in: Self.active, "without the segment before")
  }

  @Test("A last segment that was emptied is a loss against a checkpoint")
  func emptiedLastSegment() throws {
    var files = try Self.files.get()
    files[Self.active] = []
    let disk = SimulatedDisk(files: files)
    #expect(throws: LogError.loss(signedSize: 65, size: 64)) {
      try openLog(disk, signedSize: 65).size
    }
    #expect(disk.files == files)
    #expect(verifyLog(disk).records == 64)
    #expect(verifyLog(disk).abandonedSegment == "00000000000000000064.klog")
  }

  @Test("Segments that overlap are found")
  func overlap() throws {
    var files = try Self.files.get()
    let other = SimulatedDisk()
    _ = try makeLog(on: other, batches: [0..<3])
    var writer = try openLog(other)
    var batch = RecordBatch()
    batch.append(bytes: noise(65_000), at: 4)
    _ = try writer.append(batch)
    files["/log/00000000000000000003.klog"] = other.files["/log/00000000000000000003.klog"]
    Self.expectFound(files, in: "/log/00000000000000000003.klog", "put between")
  }

  @Test("A segment of another log is found")
  func foreignSegment() throws {
    let disk = SimulatedDisk()
    try LogWriter.create(
      directory: simulatedDirectory, logID: [UInt8](16..<32), options: smallSegments, disk: disk)
    var writer = try openLog(disk)
    for _ in 0..<Self.first {
      var batch = RecordBatch()
      batch.append(bytes: noise(Self.recordLength))
      _ = try writer.append(batch)
    }
    _ = try writer.append(RecordBatch(numbers: Self.first..<Self.size))
    var files = try Self.files.get()
    files[Self.active] = disk.files[Self.active]
    #expect(files[Self.active] != nil)
    Self.expectFound(files, in: Self.active, "replaced")
  }

  @Test("A spare with a byte in it is reported, and cleared when the log is opened")
  func spare() throws {
    var files = try Self.files.get()
    files["/log/spare"]![5_000] = 1
    let disk = SimulatedDisk(files: files)
    #expect(verifyLog(disk).problems.map(\.file) == ["spare"])
    #expect(try openLog(disk).size == UInt64(Self.size))
    #expect(verifyLog(disk).problems.isEmpty)
  }

  @Test("A later format version is told from damage")
  func newerVersion() throws {
    var files = try Self.files.get()
    // The version is behind the magic; the checksum is the sector's last four bytes.
    files[Self.active]![8] = 2
    let sector = Array(files[Self.active]![..<508])
    let checksum = crc32c(sector)
    for index in 0..<4 { files[Self.active]![508 + index] = UInt8(checksum >> (8 * index) & 0xFF) }
    let disk = SimulatedDisk(files: files)
    let expected = LogError.newerVersion(
      file: "00000000000000000064.klog", offset: 8, version: 2, supported: 1)
    #expect(throws: expected) { try openLog(disk).size }
    #expect(throws: expected) { try readLog(disk) }
    #expect(verifyLog(disk).problems.map(\.file) == ["00000000000000000064.klog"])
  }

  @Test("All problems are reported, not only the first, and the records between are read")
  func allProblems() throws {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, batches: runs(of: 60, upTo: 6_000))
    var files = disk.files
    let names = files.keys.filter { $0.hasSuffix(".klog") }.sorted()
    files[names[0]]![700] ^= 4
    files[names[0]]![30_000] ^= 4
    files[names[1]]![20_000] ^= 4
    let report = verifyLog(SimulatedDisk(files: files))
    #expect(report.problems.map { "/log/" + $0.file } == [names[0], names[0], names[1]])
    #expect(report.problems[0].offset <= 700 && report.problems[0].sequence == 0)
    #expect(report.records == 0)
  }
}
