import EventLog
import Glibc
import Testing

@Suite("Failing operations")
struct FaultTests {
  /// What a failed append may say, and what must hold afterwards.
  private func check(_ kind: SimulatedDisk.Fault.Kind, _ operation: Int) throws {
    let disk = SimulatedDisk(
      seed: UInt64(operation), fault: SimulatedDisk.Fault(operation: operation, kind: kind))
    let what = "\(kind) at operation \(operation)"
    var scenario = Scenario(disk: disk)
    do throws(LogError) {
      try scenario.run()
    } catch {
      switch error {
      case .diskFull, .outcomeUnknown, .io: break
      default: Issue.record("\(what): \(error)")
      }
    }
    disk.set(nil)
    var lost = scenario
    lost.check(disk.afterCrash(seed: UInt64(operation)), what + ", then power loss")
    // The process alone restarts: what the kernel shows is not all on the disk.
    scenario.check(disk, what + ", then restart")
    scenario.check(
      disk.afterCrash(seed: UInt64(operation)), what + ", then restart, then power loss")
  }

  @Test("A full disk from any operation on loses nothing acknowledged")
  func diskFull() throws {
    for operation in 0..<CrashTests.operations { try check(.diskFull, operation) }
  }

  @Test("A single failure of any operation loses nothing acknowledged", arguments: [EIO, ENOSPC])
  func failure(code: Int32) throws {
    for operation in 0..<CrashTests.operations { try check(.failure(code), operation) }
  }

  @Test("With a full disk the log goes on until segment and spare are full, then says so")
  func fullDiskBesideSpare() throws {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk)
    var writer = try openLog(disk)
    disk.set(SimulatedDisk.Fault(operation: disk.operations, kind: .diskFull))
    var size = 0
    var refusal: LogError?
    while refusal == nil {
      switch writer.result(of: RecordBatch(numbers: size..<(size + 100))) {
      case .success(let next): size = Int(next)
      case .failure(let error): refusal = error
      }
    }
    guard case .diskFull = refusal else {
      Issue.record("refused with \(String(describing: refusal))")
      return
    }
    #expect(writer.spareProblem != nil && !writer.hasStopped)
    #expect(try readLog(disk).segments.count == 2)
    #expect(try readLog(disk).records() == (0..<size).map { record($0) })
    disk.set(nil)
    let next = try writer.append(RecordBatch(numbers: size..<(size + 100)))
    #expect(next == UInt64(size + 100))
    #expect(writer.spareProblem == nil)
    #expect(try readLog(disk).records() == (0..<(size + 100)).map { record($0) })
    #expect(verifyLog(disk).problems.isEmpty)
  }

  @Test("A batch of several blocks that needs more space than there is leaves nothing behind")
  func fullDiskWholeBatch() throws {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, batches: [0..<100])
    var writer = try openLog(disk)
    disk.set(SimulatedDisk.Fault(operation: disk.operations, kind: .diskFull))
    let result = writer.result(of: RecordBatch(numbers: 100..<12_000))
    guard case .failure(.diskFull) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(writer.size == 100)
    #expect(try readLog(disk).size == 100)
    disk.set(nil)
    let size = try writer.append(RecordBatch(numbers: 100..<12_000))
    #expect(size == 12_000)
    #expect(try readLog(disk).records() == (0..<12_000).map { record($0) })
  }

  @Test("A failed write or fdatasync of a block stops the writer for good", arguments: [0, 1])
  func writerStops(operation: Int) throws {
    let disk = SimulatedDisk()
    _ = try makeLog(on: disk, batches: [0..<100])
    var writer = try openLog(disk)
    disk.set(
      SimulatedDisk.Fault(operation: disk.operations + operation, kind: .failure(EIO)))
    let path = "/log/00000000000000000000.klog"
    let error = DiskError(operation == 0 ? .write : .fdatasync, path, code: EIO)
    #expect(writer.result(of: RecordBatch(numbers: 100..<200)) == .failure(.outcomeUnknown(error)))
    #expect(writer.hasStopped && writer.size == 100)
    let operations = disk.operations
    #expect(writer.result(of: RecordBatch(numbers: 100..<200)) == .failure(.writerStopped))
    #expect(disk.operations == operations, "nothing was tried again")
  }

  @Test("A segment whose name may not be on the disk gets it there before anything is appended")
  func nameOfNewSegment() throws {
    var size = 0
    var next = 0
    let disk = SimulatedDisk()
    var writer = try openLog(try makeLog(on: disk))
    while try readLog(disk).segments.count == 1 {
      size = next
      next = size + 20
      let fault = SimulatedDisk.Fault(operation: disk.operations + 3, kind: .failure(EIO))
      // Behind the write and the sync of a header and its renaming comes the fsync of the
      // directory; an append to the same segment is over after two operations.
      disk.set(fault)
      let result = writer.result(of: RecordBatch(long: size..<next))
      let failure = DiskError(.syncDirectory, simulatedDirectory, code: EIO)
      #expect(result == .success(UInt64(next)) || result == .failure(.outcomeUnknown(failure)))
    }
    #expect(writer.hasStopped && writer.size == UInt64(size))
    // A full disk: no spare is made, and so nothing else syncs the directory.
    disk.set(SimulatedDisk.Fault(operation: disk.operations, kind: .diskFull))
    var again = try openLog(disk)
    let acknowledged = try again.append(RecordBatch(long: size..<next))
    #expect(acknowledged == UInt64(next))
    for seed in 0..<20 as Range<UInt64> {
      let after = try readLog(disk.afterCrash(seed: seed))
      #expect(after.size == acknowledged, "seed \(seed)")
    }
  }
}
