import EventLog
import Testing
import Transparency

/// A life of a log, from creation to a second clean stop, with everything that can be torn: small
/// and large batches, groups, a batch of several blocks, new segments, sealing, restarts.
struct Scenario {
  /// Records acknowledged, and records that were ever handed over.
  private(set) var acknowledged = 0
  private(set) var submitted = 0
  /// The log sizes at which a group ends.
  private(set) var boundaries: Set<Int> = [0]
  private(set) var wasCreated = false
  let disk: any Disk

  init(disk: any Disk) { self.disk = disk }

  mutating func run() throws(LogError) {
    try LogWriter.create(
      directory: simulatedDirectory, logID: testLogID, options: smallSegments, disk: disk)
    wasCreated = true
    var writer = try openLog(disk)
    for count in [1, 10, 60, 3, 90, 20] { try append(&writer, count, groupsOf: 5) }
    try append(&writer, 20, groupsOf: 20)
    try append(&writer, 4, groupsOf: 1, stopping: true)
    writer = try openLog(disk, signedSize: UInt64(acknowledged))
    for count in [2, 300, 130] { try append(&writer, count, groupsOf: 10) }
    _ = try Sealer(directory: simulatedDirectory, disk: disk).sealFullSegments()
    try append(&writer, 30, groupsOf: 30)
    try append(&writer, 5, groupsOf: 1, stopping: true)
  }

  private mutating func append(
    _ writer: inout LogWriter, _ count: Int, groupsOf group: Int, stopping: Bool = false
  ) throws(LogError) {
    var batch = RecordBatch()
    for index in 0..<count {
      let number = submitted + index
      batch.append(bytes: longRecords[number], at: number, joinsPrevious: index % group != 0)
      if (index + 1) % group == 0 || index + 1 == count { boundaries.insert(number + 1) }
    }
    submitted += count
    acknowledged = Int(try writer.append(batch, stopping: stopping))
  }

  /// Everything acknowledged is there, in order, and nothing that was never submitted; groups
  /// are whole; the log goes on with a batch of its own, which counts from here on.
  mutating func check(_ disk: SimulatedDisk, _ what: String) {
    do {
      if !wasCreated { return try checkCreation(disk, what) }
      let before = try readLog(disk)
      var writer = try openLog(disk, signedSize: UInt64(acknowledged))
      let size = Int(writer.size)
      #expect(before.size == UInt64(size), "\(what): a reader sees what recovery finds")
      #expect(size >= acknowledged && size <= submitted, "\(what): \(size) records")
      #expect(boundaries.contains(size), "\(what): \(size) records end inside a group")
      let next = try writer.append(RecordBatch(long: size..<(size + 50)))
      #expect(next == UInt64(size + 50))
      let records = try readLog(disk).records()
      #expect(records == Array(longRecords[..<(size + 50)]), "\(what)")
      let report = verifyLog(disk)
      #expect(report.problems.isEmpty, "\(what)")
      #expect(report.tree == writer.tree, "\(what)")
      acknowledged = size + 50
      submitted = size + 50
      boundaries.insert(size + 50)
    } catch {
      Issue.record("\(what): \(error)")
    }
  }

  /// A creation that did not end can be done again, unless the segment is there already.
  private mutating func checkCreation(_ disk: SimulatedDisk, _ what: String) throws {
    do {
      try LogWriter.create(
        directory: simulatedDirectory, logID: testLogID, options: smallSegments, disk: disk)
    } catch LogError.alreadyExists {
      #expect(acknowledged == 0, "\(what)")
    }
    let writer = try openLog(disk)
    #expect(writer.size == 0, "\(what)")
    wasCreated = true
  }
}

@Suite("Crashes")
struct CrashTests {
  static let operations: Int = {
    let disk = SimulatedDisk()
    var scenario = Scenario(disk: disk)
    do { try scenario.run() } catch { return 0 }
    return disk.operations
  }()

  @Test("The scenario covers restarts, several segments and a sealing")
  func scenario() throws {
    let disk = SimulatedDisk()
    var scenario = Scenario(disk: disk)
    try scenario.run()
    let reader = try readLog(disk)
    #expect(reader.size == UInt64(scenario.submitted))
    #expect(reader.segments.count > 2 && reader.segments[0].isSealed)
    #expect(Self.operations > 60)
    scenario.check(disk, "no crash")
  }

  @Test("After power loss at any operation everything acknowledged is there", arguments: 1...4)
  func powerLoss(seed: UInt64) throws {
    for operation in 0..<Self.operations {
      let fault = SimulatedDisk.Fault(operation: operation, kind: .powerLoss)
      let disk = SimulatedDisk(seed: seed, fault: fault)
      var scenario = Scenario(disk: disk)
      do {
        try scenario.run()
        Issue.record("operation \(operation) is not reached")
      } catch {
        let after = disk.afterCrash(seed: seed &* 1_000 &+ UInt64(operation))
        scenario.check(after, "power loss at operation \(operation), seed \(seed)")
      }
    }
  }

  @Test("After power loss during recovery, recovery succeeds the next time", arguments: 1...3)
  func powerLossDuringRecovery(seed: UInt64) throws {
    // A torn tail for certain: a block of several sectors of which the middle one is missing.
    let first = SimulatedDisk()
    _ = try makeLog(on: first, batches: [0..<200])
    var files = first.files
    let name = "/log/00000000000000000000.klog"
    files[name]!.replaceSubrange(1_024..<1_536, with: [UInt8](repeating: 0, count: 512))
    files["/log/00000000000000000000.klog.sealing"] = [1]
    files["/log/spare"] = nil
    let whole = SimulatedDisk(files: files)
    #expect(try openLog(whole).recovery.tornTail?.offset == 512)
    for operation in 0..<whole.operations {
      let disk = SimulatedDisk(files: files)
      disk.set(SimulatedDisk.Fault(operation: operation, kind: .powerLoss))
      // After the recovery itself only the spare is prepared, whose failure is not the writer's.
      if case .success = Result(catching: { try openLog(disk).size }) {
        #expect(operation >= 6, "operation \(operation)")
      }
      let after = disk.afterCrash(seed: seed &* 100 &+ UInt64(operation))
      var writer = try openLog(after)
      #expect(writer.size == 0)
      let size = try writer.append(RecordBatch(numbers: 0..<10))
      #expect(size == 10)
      #expect(verifyLog(after).problems.isEmpty)
    }
  }
}
