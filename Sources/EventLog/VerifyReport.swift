package import Transparency

/// What `LogVerifier` found.
package struct VerifyReport: Sendable {
  /// Records that are there without a gap from sequence 0.
  package internal(set) var records: UInt64 = 0
  /// Segment files.
  package internal(set) var segments = 0
  /// The tree over those records, computed from their bytes.
  package internal(set) var tree = CompactRange(begin: 0)
  /// The roots at the sizes asked for, as far as the records reach.
  package internal(set) var roots: [UInt64: Digest] = [:]
  /// Everything that is not as it must be, in the order of the files.
  package internal(set) var problems: [Problem] = []
  /// A block that was being written when the power went. It is no problem: it was never
  /// acknowledged.
  package internal(set) var tornTail: RecoveryReport.TornTail?
  /// A last segment without a header, from a crash while it was begun. It is no problem either.
  package internal(set) var abandonedSegment: String?
  /// The last block says that the writer stopped cleanly.
  package internal(set) var isCleanStop = false

  package var root: Digest { tree.root() }
}
