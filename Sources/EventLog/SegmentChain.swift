import Transparency

/// Joins what the segments were found to hold: they must follow each other without gaps, and the
/// roots they state must be those of the records.
struct SegmentChain {
  private(set) var report: VerifyReport
  private let isOnly: Bool
  private var next: UInt64 = 0
  private var lastRecorded = Int64.min
  private var logID: [UInt8]?
  private var previous: String?
  /// The report's tree has every record so far.
  private var isWhole = true
  /// The roots stated so far were those of the records; after one that was not, all are wrong.
  private var agrees = true

  init(_ report: VerifyReport, isOnly: Bool) {
    self.report = report
    self.isOnly = isOnly
  }

  mutating func add(_ finding: SegmentVerifier.Finding) {
    let name = finding.name
    if finding.isAbandoned {
      report.abandonedSegment = name
      if name != SegmentName.of(next) || isOnly {
        problem(name, "a segment without a header, expected one")
      }
      return
    }
    checkPlace(finding)
    report.problems += finding.problems
    report.tornTail = finding.tornTail
    report.isCleanStop = finding.isStopped
    if let first = finding.firstRecorded {
      if first < lastRecorded {
        problem(name, "recorded time \(first), expected at least \(lastRecorded)")
      }
      lastRecorded = finding.lastRecorded
    }
    if isWhole {
      for (size, range) in finding.cuts {
        var tree = report.tree
        if tree.append(contentsOf: range) { report.roots[size] = tree.root() }
      }
      isWhole = report.tree.append(contentsOf: finding.range) && finding.isWhole
      report.records = report.tree.end
    }
    if !finding.problems.isEmpty { agrees = false }
    next = finding.next
    previous = name
  }

  private mutating func checkPlace(_ finding: SegmentVerifier.Finding) {
    let name = finding.name
    let first = finding.range.begin
    if first > next {
      problem(name, "records \(next) to \(first - 1) are missing before it")
    } else if first < next {
      problem(name, "begins with sequence \(first), expected \(next)")
    }
    if first != next { isWhole = false }
    guard let header = finding.header else { return }
    if let logID, header.logID != logID {
      problem(name, "belongs to another log than the segment before")
    }
    logID = logID ?? header.logID
    guard isWhole, agrees, header.root != report.root else { return }
    agrees = false
    // The segment before states nothing of its own end unless it is sealed, and then it agreed.
    problem(
      previous ?? name,
      "the records before \(name) hash to root \(report.root.hex), expected \(header.root.hex)"
        + " as that file states")
  }

  private mutating func problem(_ file: String, _ text: String) {
    report.problems.append(Problem(file: file, offset: 0, sequence: next, problem: text))
  }
}
