internal import EventLog
internal import Glibc
internal import Ledger
internal import Transparency

/// Folds the log from zero and holds records and snapshots against it.
struct ContentFold {
  private let directory: DataDirectory
  private let reader: LedgerReader
  /// Log sizes, ascending.
  private let snapshots: [UInt64]
  private(set) var findings: [Verification.Finding] = []

  /// Findings told; more of the same say nothing new.
  private static let findingLimit = 100

  init(_ directory: DataDirectory, _ reader: LedgerReader, snapshots: [UInt64]) {
    self.directory = directory
    self.reader = reader
    self.snapshots = snapshots
  }

  mutating func run() throws(StoreError) {
    let store = SnapshotStore(directory)
    for size in snapshots where size > reader.logSize {
      note(store.path(size), size, "a snapshot of \(size) records, more than the log has")
    }
    var due = snapshots.filter { $0 <= reader.logSize }[...]
    var state = LedgerState()
    var block = BlockContents()
    let begun = BegunBlock()
    do {
      try reader.read(from: 0, to: reader.logSize, where: begun.note) { sequence, event in
        if let next = begun.take() { finish(&block, before: next) }
        while due.first == sequence { try check(store.path(due.removeFirst()), state) }
        if event.recorded < state.lastRecorded {
          add(
            finding(sequence, "recorded at \(event.recorded.rfc3339), before the record before"))
        }
        if case .requestDecided(let request) = event.body, state.subject(of: request) == nil {
          add(finding(sequence, "names something that no earlier record introduces"))
        }
        block.add(event)
        state.evolve(event)
      }
      finish(&block, before: nil)
      for size in due { try check(store.path(size), state) }
    } catch StoreError.record(let sequence, let error) {
      add(finding(sequence, "the record does not decode: \(error)"))
    } catch let error as StoreError {
      throw error
    } catch {
      throw .invalid("\(error)")
    }
  }

  /// Holds the header of the block that ends here against its records. The tree covers records, not
  /// headers, and readers pass over blocks by what headers say.
  private mutating func finish(_ block: inout BlockContents, before next: BlockInfo?) {
    if let problem = block.problem, let header = block.header {
      add(finding(header.firstSequence, problem))
    }
    block = BlockContents(header: next)
  }

  private mutating func check(_ path: String, _ state: LedgerState) throws(StoreError) {
    do throws(StoreError) {
      let snapshot = try Snapshot.read(path, key: reader.verifierKey)
      let digest = try StateDigest.of(state)
      if snapshot.digest != digest {
        note(
          path, state.logSize,
          "the snapshot's digest is \(snapshot.digest.hex), the records' is \(digest.hex)")
      } else if try snapshot.lastLeaf != reader.leaf(before: state.logSize) {
        note(path, state.logSize, "a snapshot of another history")
      }
    } catch {
      switch error {
      case .tampered(_, let problem): note(path, state.logSize, problem)
      case .file(let error) where error.code == ENOENT: break  // A writer pruned it meanwhile.
      default: note(path, state.logSize, "\(error)")
      }
    }
  }

  private func finding(_ sequence: UInt64, _ problem: String) -> Verification.Finding {
    let file = reader.log.segments.last { $0.firstSequence <= sequence }?.name ?? "log"
    return Verification.Finding(
      file: "\(directory.log)/\(file)", offset: nil, sequence: sequence, problem: problem)
  }

  private mutating func note(_ file: String, _ sequence: UInt64?, _ problem: String) {
    add(Verification.Finding(file: file, offset: nil, sequence: sequence, problem: problem))
  }

  private mutating func add(_ finding: Verification.Finding) {
    if findings.count < Self.findingLimit { findings.append(finding) }
  }
}

/// The block that a reader has just begun.
private final class BegunBlock {
  private var header: BlockInfo?

  func note(_ header: BlockInfo) -> Bool {
    self.header = header
    return true
  }

  func take() -> BlockInfo? {
    defer { header = nil }
    return header
  }
}

/// What the header of a block must say, computed from its records.
private struct BlockContents {
  private(set) var header: BlockInfo?
  private var times: (first: Int64, last: Int64, earliest: Int64, latest: Int64)?
  private var summary: UInt64 = 0

  init(header: BlockInfo? = nil) { self.header = header }

  mutating func add(_ event: Event) {
    let (recorded, happened) = (event.recorded.microseconds, event.happened.microseconds)
    let before = times ?? (recorded, recorded, happened, happened)
    times = (
      before.first, recorded, min(before.earliest, happened), max(before.latest, happened)
    )
    summary |= event.body.type.summaryBit
  }

  var problem: String? {
    guard let header, let times else { return nil }
    if header.summary != summary {
      return "the block's summary is \(header.summary), its records' is \(summary)"
    }
    let stated = (
      header.firstRecorded, header.lastRecorded, header.minHappened, header.maxHappened
    )
    let found = (times.first, times.last, times.earliest, times.latest)
    return stated == found
      ? nil : "the block's times are \(stated), its records' are \(found)"
  }
}
