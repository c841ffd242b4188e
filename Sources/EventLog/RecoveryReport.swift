/// What opening found and, if it was for writing, put right. Everything else it would have
/// refused.
package struct RecoveryReport: Hashable, Sendable {
  /// A block that was being written when the power went. It was never acknowledged.
  package struct TornTail: Hashable, Sendable {
    package let file: String
    /// Bytes from the beginning of the file.
    package let offset: UInt64
    /// Bytes from `offset` to the last that is not zero.
    package let length: UInt64
    /// The sequence that the next record gets.
    package let sequence: UInt64
    /// File with a copy of the bytes; nil where nothing was changed.
    package internal(set) var savedAs: String?
  }

  package internal(set) var tornTail: TornTail?
  /// A segment without a header, from a crash while it was begun. It held no record.
  package internal(set) var abandonedSegment: String?
  /// Temporary files of an interrupted sealing.
  package internal(set) var sealingLeftovers: [String] = []
  /// The last block says that the writer stopped cleanly.
  package internal(set) var isCleanStop = false

  /// Nothing had to be put right.
  package var isClean: Bool {
    tornTail == nil && abandonedSegment == nil && sealingLeftovers.isEmpty
  }
}
