internal import EventLog

extension RecoveryReport {
  /// What was put right, one line each.
  var lines: [String] {
    var lines: [String] = []
    if let torn = tornTail {
      lines.append(
        "\(torn.file): cut off a block that was being written when the last writer ended "
          + "(\(torn.length) bytes at offset \(torn.offset), never acknowledged; "
          + "kept in \(torn.savedAs ?? "no file"))")
    }
    if let segment = abandonedSegment {
      lines.append("\(segment): an empty segment of an interrupted roll-over was set aside")
    }
    return lines
  }
}
