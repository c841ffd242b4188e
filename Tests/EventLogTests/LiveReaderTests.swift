import EventLog
import Glibc
import Testing

@Suite("A reader beside a live writer")
struct LiveReaderTests {
  @Test("It stops at the durable size, and moves on with it")
  func stopsAtDurableSize() throws {
    let directory = try TemporaryDirectory()
    let durable = directory.path + "/durable"
    try LogWriter.create(directory: directory.path, logID: testLogID, options: smallSegments)
    var writer = try LogWriter(
      opening: directory.path, signedSize: 0, durableSizePath: durable, options: smallSegments)
    var reader = try LogReader(directory: directory.path, durableSizePath: durable)
    #expect(reader.size == 0)
    var size = 0
    for count in [10, 1, 500, 3_000, 100] {
      _ = try writer.append(RecordBatch(numbers: size..<(size + count)))
      try reader.refresh()
      #expect(reader.size == UInt64(size + count))
      let expected = (size..<(size + count)).map { record($0) }
      #expect(try reader.records(from: UInt64(size)) == expected)
      size += count
    }
    #expect(reader.segments.count > 1)
    #expect(reader.segments.map(\.count).reduce(0, +) == UInt64(size))
  }

  @Test("A block that is written but not durable yet is not read")
  func undurableBlock() throws {
    let directory = try TemporaryDirectory()
    let durable = directory.path + "/durable"
    try LogWriter.create(directory: directory.path, logID: testLogID, options: smallSegments)
    var writer = try LogWriter(
      opening: directory.path, signedSize: 0, durableSizePath: durable, options: smallSegments)
    _ = try writer.append(RecordBatch(numbers: 0..<10))
    _ = try writer.append(RecordBatch(numbers: 10..<20))
    // As it is between the write of the second block and the return of its fdatasync.
    let file = open(durable, O_RDWR)
    defer { close(file) }
    withUnsafeBytes(of: UInt64(10).littleEndian) { _ = pwrite(file, $0.baseAddress, 8, 0) }
    let reader = try LogReader(directory: directory.path, durableSizePath: durable)
    #expect(reader.size == 10)
    #expect(try reader.records() == (0..<10).map { record($0) })
    #expect(throws: LogError.noSuchSequence(10, size: 10)) { try reader.record(at: 10) }
    let report = LogVerifier.verify(directory: directory.path, durableSize: 10)
    #expect(report.problems.isEmpty && report.records == 10)
    withExtendedLifetime(reader) {}
  }

  @Test("Without the writer's file it says so")
  func missingFile() throws {
    let directory = try TemporaryDirectory()
    try LogWriter.create(directory: directory.path, logID: testLogID, options: smallSegments)
    let path = directory.path + "/durable"
    #expect(throws: LogError.io(DiskError(.open, path, code: ENOENT))) {
      try LogReader(directory: directory.path, durableSizePath: path)
    }
  }
}
