internal import Glibc
package import Ledger
package import Transparency

/// The snapshots in `state/snapshots`, one file a log size.
package struct SnapshotStore: Sendable {
  /// A snapshot each so many records keeps the fold to any moment short: about 0.1 s at 5 M
  /// records a second.
  package static let interval: UInt64 = 500_000

  private static let suffix = ".snapshot"

  let directory: String

  package init(_ directory: DataDirectory) { self.directory = directory.snapshots }

  package func path(_ logSize: UInt64) -> String {
    let digits = String(logSize)
    return "\(directory)/" + String(repeating: "0", count: 20 - digits.count) + digits
      + Self.suffix
  }

  /// Log sizes, ascending.
  package func sizes() throws(StoreError) -> [UInt64] {
    try StoreError.file { () throws(FileError) in try SmallFile.list(directory) }
      .compactMap { $0.hasSuffix(Self.suffix) ? UInt64($0.dropLast(Self.suffix.count)) : nil }
      .sorted()
  }

  package func write(
    _ state: LedgerState, lastLeaf: Digest, signedBy key: SigningKey
  ) throws(StoreError) {
    try StoreError.file { () throws(FileError) in try SmallFile.makeDirectory(directory) }
    try Snapshot.write(state, lastLeaf: lastLeaf, to: path(state.logSize), signedBy: key)
    try prune()
  }

  /// Keeps the two newest, and of the others the first after each whole interval.
  private func prune() throws(StoreError) {
    let sizes = try sizes()
    var lastInterval: UInt64 = 0
    for size in sizes.dropLast(2) {
      let interval = size / Self.interval
      if interval > lastInterval {
        lastInterval = interval
      } else {
        try StoreError.file { () throws(FileError) in
          if unlink(path(size)) != 0 { throw .last("unlink", path(size)) }
        }
      }
    }
  }
}
