import Dispatch
import Synchronization
import Transparency

/// Checks a log from its files alone: reads every byte, computes the tree again, and collects
/// everything that is not as it must be.
package enum LogVerifier {
  /// - Parameters:
  ///   - durableSize: the writer's published size, where one is at work: what follows is not
  ///     judged.
  ///   - rootsAt: sizes at which the root is wanted, such as those of checkpoints.
  ///   - progress: called with the bytes read and the bytes there are, from any thread, one call
  ///     at a time.
  package static func verify(
    directory: String, disk: any Disk = PosixDisk(), durableSize: UInt64? = nil,
    rootsAt: Set<UInt64> = [], progress: (@Sendable (UInt64, UInt64) -> Void)? = nil
  ) -> VerifyReport {
    var report = VerifyReport()
    let names: [String]
    do {
      names = try disk.list(directory).sorted()
    } catch {
      report.problems.append(unreadable(directory, .io(error)))
      return report
    }
    let limit = durableSize ?? UInt64.max
    let segments = names.filter { name in
      SegmentName.firstSequence(of: name).map { $0 == 0 || $0 < limit } ?? false
    }
    guard !segments.isEmpty else {
      report.problems.append(
        Problem(
          file: SegmentName.of(0), offset: 0, sequence: 0,
          problem: "no segment, expected at least this one"))
      return report
    }
    let meter = Meter(segments, directory, disk, progress)
    let findings = Mutex<[Int: SegmentVerifier.Finding]>([:])
    DispatchQueue.concurrentPerform(iterations: segments.count) { index in
      let finding = check(
        segments[index], directory, disk, isLast: index == segments.count - 1, limit: limit,
        cuts: rootsAt)
      findings.withLock { $0[index] = finding }
      meter.finished(segments[index])
    }
    var chain = SegmentChain(report, isOnly: segments.count == 1)
    for (_, finding) in findings.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      chain.add(finding)
    }
    report = chain.report
    report.segments = segments.count
    if rootsAt.contains(0) { report.roots[0] = MerkleTree.emptyRoot }
    if durableSize == nil {
      for name in names where SegmentName.isSpare(name) {
        if let problem = checkSpare(name, directory, disk) { report.problems.append(problem) }
      }
    } else if let durableSize, report.records < durableSize, report.problems.isEmpty {
      report.problems.append(
        Problem(
          file: segments[segments.count - 1], offset: 0, sequence: report.records,
          problem: "the log ends here, expected \(durableSize) records"))
    }
    return report
  }

  private static func unreadable(_ name: String, _ error: LogError) -> Problem {
    if case .corrupt(let problem) = error { return problem }
    return Problem(
      file: name, offset: 0, sequence: SegmentName.firstSequence(of: name), problem: "\(error)")
  }

  private static func check(
    _ name: String, _ directory: String, _ disk: any Disk, isLast: Bool, limit: UInt64,
    cuts: Set<UInt64>
  ) -> SegmentVerifier.Finding {
    let first = SegmentName.firstSequence(of: name) ?? 0
    var unread = SegmentVerifier.Finding(
      name: name, range: CompactRange(begin: first), next: first)
    unread.isWhole = false
    do {
      var verifier = try SegmentVerifier(
        disk, directory, name, isLast: isLast, limit: limit, cuts: cuts)
      do {
        try verifier.run()
      } catch {
        var finding = verifier.finding
        finding.isWhole = false
        finding.problems.append(unreadable(name, error))
        return finding
      }
      return verifier.finding
    } catch {
      unread.problems.append(unreadable(name, error))
      return unread
    }
  }

  /// A spare is all zero, but for a header that was written for a segment never begun.
  private static func checkSpare(
    _ name: String, _ directory: String, _ disk: any Disk
  ) -> Problem? {
    do {
      var file = try LogFile(disk, directory, name)
      let headerSize = UInt64(SegmentHeader.size)
      guard let first = try file.firstNonZero(from: 0) else { return nil }
      let hasHeader = try file.bytes(at: 0, SegmentHeader.size).map(SegmentHeader.isIntact) ?? false
      let expected = hasHeader ? try file.firstNonZero(from: headerSize) : first
      return expected.map {
        Problem(
          file: name, offset: $0, sequence: nil, problem: "a byte that is not zero in a spare")
      }
    } catch {
      return unreadable(name, error)
    }
  }

  /// Adds up the bytes of the segments that are done.
  private final class Meter: Sendable {
    private let sizes: [String: UInt64]
    private let total: UInt64
    private let done = Mutex<UInt64>(0)
    private let progress: (@Sendable (UInt64, UInt64) -> Void)?

    init(
      _ names: [String], _ directory: String, _ disk: any Disk,
      _ progress: (@Sendable (UInt64, UInt64) -> Void)?
    ) {
      self.progress = progress
      var sizes: [String: UInt64] = [:]
      if progress != nil {
        for name in names {
          do {
            sizes[name] = try LogFile(disk, directory, name).size
          } catch {
            // The check of the segment reports it; its bytes do not count.
            continue
          }
        }
      }
      self.sizes = sizes
      total = sizes.values.reduce(0, +)
    }

    func finished(_ name: String) {
      guard let progress else { return }
      done.withLock {
        $0 += sizes[name] ?? 0
        progress($0, total)
      }
    }
  }
}
