import EventLog
import Testing
import Transparency

@Suite("Sealing")
struct SealingTests {
  private static let count = 9_000

  /// Several full segments of small blocks.
  private func fullLog() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, batches: runs(of: 60, upTo: Self.count))
    return disk
  }

  private func seal(_ disk: any Disk) throws(LogError) -> [String] {
    try Sealer(directory: simulatedDirectory, disk: disk).sealFullSegments()
  }

  @Test("Sealing keeps every record and the root, and leaves the active segment alone")
  func keepsRecords() throws {
    let disk = try fullLog()
    let before = try readLog(disk)
    let sealed = try seal(disk)
    #expect(sealed == before.segments.dropLast().map(\.name))
    #expect(sealed.count > 2)
    let after = try readLog(disk)
    #expect(
      after.segments.map(\.isSealed) == before.segments.dropLast().map { _ in true } + [false])
    #expect(after.segments.map(\.firstSequence) == before.segments.map(\.firstSequence))
    #expect(try after.records() == (0..<Self.count).map { record($0) })
    let report = verifyLog(disk, rootsAt: [1_000])
    #expect(report.problems.isEmpty)
    #expect(report.root == root(ofFirst: Self.count))
    #expect(report.roots[1_000] == root(ofFirst: 1_000))
    #expect(try seal(disk).isEmpty, "a second time there is nothing to do")
  }

  @Test("A segment that is sealed while a log is verified beside its writer is no problem")
  func verifiedMeanwhile() throws {
    let disk = try fullLog()
    let durable: UInt64 = 100
    _ = try seal(disk)
    let report = LogVerifier.verify(
      directory: simulatedDirectory, disk: disk, durableSize: durable)
    #expect(report.problems.isEmpty && report.records >= durable)
  }

  @Test("Sealing merges small blocks into few, and the file shrinks to what it holds")
  func merges() throws {
    let disk = try fullLog()
    let sealed = try seal(disk)
    var blocks: [UInt64] = []
    let reader = try readLog(disk)
    let first = reader.segments[0]
    try reader.forEach(
      to: first.count,
      where: {
        blocks.append($0.firstSequence)
        return false
      }
    ) { _, _ in }
    #expect(blocks == [0])
    #expect(first.name == sealed[0] && first.byteCount < 64 * 1024)
  }

  @Test("A reader that was opened before the sealing goes on")
  func openReader() throws {
    let disk = try fullLog()
    let reader = try readLog(disk)
    var sealed: [String] = []
    var read: [[UInt8]] = []
    try reader.forEach { sequence, bytes in
      // In the middle of the first segment, of a later one, and of no block in particular.
      if sequence == 777 { sealed = try seal(disk) }
      read.append([UInt8](bytes))
    }
    #expect(!sealed.isEmpty)
    #expect(read == (0..<Self.count).map { record($0) })
    #expect(try reader.record(at: 100) == record(100))
  }

  @Test("A writer opens a sealed log, continues it, and its next segments are sealed in turn")
  func continues() throws {
    let disk = try fullLog()
    _ = try seal(disk)
    var size = Self.count
    var writer = try openLog(disk, signedSize: UInt64(size))
    #expect(writer.tree.root() == root(ofFirst: size))
    for numbers in runs(of: 60, upTo: 6_000) {
      let next = size + numbers.count
      #expect(try writer.append(RecordBatch(numbers: size..<next)) == UInt64(next))
      size = next
    }
    #expect(try !seal(disk).isEmpty)
    #expect(try readLog(disk).records() == (0..<size).map { record($0) })
    #expect(verifyLog(disk).problems.isEmpty)
    #expect(verifyLog(disk).root == root(ofFirst: size))
  }

  @Test("What a sealing left behind is removed when the log is opened")
  func leftovers() throws {
    let name = "/log/00000000000000000000.klog.sealing"
    let disk = SimulatedDisk(files: try fullLog().files.merging([name: [1, 2, 3]]) { $1 })
    let reader = try readLog(disk)
    #expect(reader.size == UInt64(Self.count))
    let writer = try openLog(disk)
    #expect(writer.recovery.sealingLeftovers == ["00000000000000000000.klog.sealing"])
    #expect(disk.files[name] == nil)
  }

  @Test("A failure at any operation of a sealing leaves a log that verifies and can be sealed")
  func failures() throws {
    let count = 600
    let first = SimulatedDisk()
    var writer = try openLog(try makeLog(on: first))
    for numbers in runs(of: 10, upTo: count) { _ = try writer.append(RecordBatch(long: numbers)) }
    let files = first.files
    let whole = SimulatedDisk(files: files)
    _ = try seal(whole)
    for operation in 0..<whole.operations {
      for kind in [SimulatedDisk.Fault.Kind.failure(5), .diskFull, .powerLoss] {
        let disk = SimulatedDisk(files: files)
        disk.set(SimulatedDisk.Fault(operation: operation, kind: kind))
        do {
          _ = try seal(disk)
        } catch {
          guard case .io = error else {
            Issue.record("operation \(operation) \(kind): \(error)")
            continue
          }
        }
        let after = disk.isOff ? disk.afterCrash(seed: UInt64(operation)) : disk
        after.set(nil)
        #expect(try openLog(after).size == UInt64(count))
        #expect(verifyLog(after).root == whole.root, "operation \(operation) \(kind)")
        _ = try seal(after)
        #expect(verifyLog(after).problems.isEmpty)
      }
    }
  }

  @Test("A damaged segment is not sealed, and stays as it was")
  func damagedSegment() throws {
    var files = try fullLog().files
    let name = "/log/00000000000000000000.klog"
    files[name]![1_000] ^= 1
    let disk = SimulatedDisk(files: files)
    #expect(throws: LogError.self) { try seal(disk) }
    #expect(disk.files == files)
  }
}

extension SimulatedDisk {
  fileprivate var root: Digest { verifyLog(self).root }
}
