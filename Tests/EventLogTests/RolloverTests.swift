import EventLog
import Testing

/// What a crash may leave while a segment is begun.
@Suite("A segment that was being begun")
struct RolloverTests {
  /// A log whose only segment has no room for the next hundred records.
  private static func fullSegment() throws -> (files: [String: [UInt8]], size: Int) {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk)
    var writer = try openLog(disk)
    var size = 0
    while true {
      let files = disk.files
      let next = size + 100
      _ = try writer.append(RecordBatch(numbers: size..<next))
      if disk.files.keys.count(where: { $0.hasSuffix(".klog") }) > 1 { return (files, size) }
      size = next
    }
  }

  private func expectGoesOn(_ files: [String: [UInt8]], _ size: Int) throws -> RecoveryReport {
    let disk = SimulatedDisk(files: files)
    #expect(verifyLog(disk).problems.isEmpty)
    #expect(try readLog(disk).size == UInt64(size))
    var writer = try openLog(disk, signedSize: UInt64(size))
    let next = try writer.append(RecordBatch(numbers: size..<(size + 300)))
    #expect(next == UInt64(size + 300))
    #expect(try readLog(disk).records() == (0..<(size + 300)).map { record($0) })
    #expect(try readLog(disk).segments.count == 2)
    #expect(verifyLog(disk).problems.isEmpty)
    return writer.recovery
  }

  private func name(_ size: Int) -> String {
    let digits = "\(size)"
    return String(repeating: "0", count: 20 - digits.count) + digits + ".klog"
  }

  @Test("No spare: one is made")
  func noSpare() throws {
    var (files, size) = try Self.fullSegment()
    files["/log/spare"] = nil
    #expect(try expectGoesOn(files, size).isClean)
  }

  @Test("A spare with a header that never got its name is cleared and used")
  func spareWithHeader() throws {
    var (files, size) = try Self.fullSegment()
    let header = files["/log/" + name(0)]![..<512]
    files["/log/spare"]!.replaceSubrange(..<512, with: header)
    #expect(try expectGoesOn(files, size).isClean)
  }

  @Test("A spare that was being written is thrown away")
  func halfSpare() throws {
    var (files, size) = try Self.fullSegment()
    files["/log/spare.new"] = [UInt8](repeating: 0, count: 1_000)
    files["/log/spare"] = [UInt8](repeating: 0, count: 100)
    #expect(try expectGoesOn(files, size).isClean)
  }

  @Test("A segment without header, empty or all zero, is given up", arguments: [0, 65_536])
  func abandoned(length: Int) throws {
    var (files, size) = try Self.fullSegment()
    files["/log/spare"] = nil
    files["/log/" + name(size)] = [UInt8](repeating: 0, count: length)
    #expect(try expectGoesOn(files, size).abandonedSegment == name(size))
  }

  @Test("A segment with a header and no block is continued")
  func noBlock() throws {
    let (files, size) = try Self.fullSegment()
    let disk = SimulatedDisk(files: files)
    // One operation into the first block of the next segment, of which nothing arrived.
    var writer = try openLog(disk)
    _ = try writer.append(RecordBatch(numbers: size..<(size + 100)))
    var after = disk.files
    let path = "/log/" + name(size)
    after[path]!.replaceSubrange(
      512..., with: [UInt8](repeating: 0, count: after[path]!.count - 512))
    #expect(try expectGoesOn(after, size).isClean)
  }

  @Test("An empty segment under a name that does not follow is refused")
  func wrongName() throws {
    var (files, size) = try Self.fullSegment()
    files["/log/" + name(size + 1)] = []
    let disk = SimulatedDisk(files: files)
    #expect(throws: LogError.self) { try openLog(disk).size }
    #expect(verifyLog(disk).problems.map(\.file) == [name(size + 1)])
    #expect(disk.files == files)
  }

  @Test("A torn block in a segment that another follows is corruption")
  func tornBeforeLast() throws {
    let (start, size) = try Self.fullSegment()
    let disk = SimulatedDisk(files: start)
    var writer = try openLog(disk)
    _ = try writer.append(RecordBatch(numbers: size..<(size + 100)))
    var files = disk.files
    let path = "/log/" + name(0)
    let used = files[path]!.lastIndex { $0 != 0 }!
    let sector = used / 512 * 512
    files[path]!.replaceSubrange(
      sector...used, with: [UInt8](repeating: 0, count: used - sector + 1))
    let broken = SimulatedDisk(files: files)
    let report = verifyLog(broken)
    #expect(report.problems.contains { $0.file == name(0) })
    #expect(report.tornTail == nil)
    guard case .failure(.corrupt(let problem)) = opened(broken) else {
      Issue.record("\(opened(broken))")
      return
    }
    #expect(problem.file == name(0))
    #expect(broken.files == files)
  }
}
