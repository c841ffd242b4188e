/// Something in the log's files that is not as it must be.
package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Name of the file inside the log's directory.
  package let file: String
  /// Byte offset in the file.
  package let offset: UInt64
  /// The first sequence that is affected, where it is known.
  package let sequence: UInt64?
  /// What was found and what was expected.
  package let problem: String

  package init(file: String, offset: UInt64, sequence: UInt64?, problem: String) {
    self.file = file
    self.offset = offset
    self.sequence = sequence
    self.problem = problem
  }

  package var description: String {
    let place = sequence.map { ", sequence \($0)" } ?? ""
    return "\(file), offset \(offset)\(place): \(problem)"
  }
}

/// Why the log refused.
package enum LogError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no segment in the directory.
  case noLog(directory: String)
  /// `create` found segments.
  case alreadyExists(directory: String)
  /// A file is not as written. Nothing was changed.
  case corrupt(Problem)
  /// Written by a later version of this program. Nothing was changed.
  case newerVersion(file: String, offset: UInt64, version: UInt16, supported: UInt16)
  /// The log ends before the last signed checkpoint. Nothing was changed.
  case loss(signedSize: UInt64, size: UInt64)
  /// Another process writes this data directory.
  case locked(LockHolder)
  /// No space for the next segment. No record of the batch was written; the log stays usable.
  case diskFull(DiskError)
  /// The batch may or may not be durable, wholly or up to some group. The writer has stopped.
  case outcomeUnknown(DiskError)
  /// The writer stopped at an earlier failure; open the log again.
  case writerStopped
  /// The batch breaks a rule of the log. Nothing was written.
  case batchRefused(reason: String)
  /// A sequence that the log does not have.
  case noSuchSequence(UInt64, size: UInt64)
  /// A file operation failed.
  case io(DiskError)

  package var description: String {
    switch self {
    case .noLog(let directory): "no log in \(directory)"
    case .alreadyExists(let directory): "\(directory) already holds a log"
    case .corrupt(let problem): "corrupt: \(problem)"
    case .newerVersion(let file, let offset, let version, let supported):
      "\(file), offset \(offset): format version \(version), expected at most \(supported)"
    case .loss(let signedSize, let size):
      "records are lost: the log has \(size), the last signed checkpoint \(signedSize)"
    case .locked(let holder): "in use by \(holder)"
    case .diskFull(let error): "no space for the next segment: \(error)"
    case .outcomeUnknown(let error): "outcome unknown: \(error)"
    case .writerStopped: "the log's writer has stopped after a failure"
    case .batchRefused(let reason): "batch refused: \(reason)"
    case .noSuchSequence(let sequence, let size):
      "no sequence \(sequence): the log has \(size) records"
    case .io(let error): "\(error)"
    }
  }
}
