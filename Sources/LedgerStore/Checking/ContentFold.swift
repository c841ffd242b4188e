internal import EventLog
internal import Ledger
internal import Transparency

/// Folds the log from zero and holds records and snapshots against it.
struct ContentFold {
  private let directory: DataDirectory
  private let reader: LedgerReader
  private(set) var findings: [Verification.Finding] = []

  /// Findings told; more of the same say nothing new.
  private static let findingLimit = 100

  init(_ directory: DataDirectory, _ reader: LedgerReader) {
    self.directory = directory
    self.reader = reader
  }

  mutating func run() throws(StoreError) {
    let store = SnapshotStore(directory)
    var due = try store.sizes()
    for size in due where size > reader.logSize {
      note(store.path(size), size, "a snapshot of \(size) records, more than the log has")
    }
    due.removeAll { $0 > reader.logSize }
    var state = LedgerState()
    var last = Timestamp.distantPast
    while true {
      let stop = due.first ?? reader.logSize
      let from = state.logSize
      var found: [Verification.Finding] = []
      do throws(StoreError) {
        try reader.forEachEvent(from: from, to: stop) { sequence, event throws(StoreError) in
          if event.recorded < last {
            found.append(
              finding(sequence, "recorded at \(event.recorded.rfc3339), before the record before"))
          }
          last = max(last, event.recorded)
          if case .requestDecided(let request) = event.body, state.subject(of: request) == nil {
            found.append(finding(sequence, "names something that no earlier record introduces"))
          }
          state.evolve(event)
        }
      } catch .record(let sequence, let error) {
        note(directory.log, sequence, "the record does not decode: \(error)")
        return
      }
      for finding in found { add(finding) }
      guard let size = due.first else { return }
      due.removeFirst()
      try check(store.path(size), state)
    }
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
      if case .tampered(_, let problem) = error {
        note(path, state.logSize, problem)
      } else {
        note(path, state.logSize, "\(error)")
      }
    }
  }

  private func finding(_ sequence: UInt64, _ problem: String) -> Verification.Finding {
    let file = reader.log.segments.last { $0.firstSequence <= sequence }?.name ?? ""
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
