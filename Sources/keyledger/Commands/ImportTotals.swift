internal import LedgerStore

/// What an import came to.
struct ImportTotals {
  var files: UInt64 = 0
  var filesFailed: UInt64 = 0
  var filesPassedOver: UInt64 = 0
  var events: UInt64 = 0
  var added: UInt64 = 0
  var known: UInt64 = 0
  var conflicts: UInt64 = 0
  var rejected: UInt64 = 0
  /// The first of the conflicts, by id, and of what no record can hold, each with the reason.
  var conflictIDs: [String] = []
  var rejections: [String] = []

  var isWhole: Bool { filesFailed + conflicts + rejected == 0 }

  var row: Row {
    Row([
      "files": Value(files), "filesFailed": Value(filesFailed),
      "filesPassedOver": Value(filesPassedOver), "events": Value(events),
      "added": Value(added), "known": Value(known),
      "conflicts": Value(conflicts), "rejected": Value(rejected),
    ])
  }
}
