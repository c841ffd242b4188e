import Synchronization

/// Where the last block lies that a reader saw in each segment that is not sealed, so that
/// following a log does not walk its active segment from the beginning each time.
///
/// A place stays right while its segment is not sealed, because blocks are only added; in a sealed
/// segment blocks are found by its index.
final class BlockPlaces: Sendable {
  private struct Place {
    let sequence: UInt64
    /// Bytes from the beginning of the file.
    let offset: UInt64
    let checksum: SaltedChecksum
  }

  private let places = Mutex<[String: Place]>([:])

  func note(_ block: BlockInfo, in scan: borrowing BlockScan) {
    let place = Place(
      sequence: block.firstSequence, offset: block.offset, checksum: scan.header.checksum)
    places.withLock { $0[scan.name] = place }
  }

  /// Moves `scan` ahead to the noted block, unless that is behind `sequence`.
  func advance(_ scan: inout BlockScan, to sequence: UInt64) {
    let name = scan.name
    guard let place = places.withLock({ $0[name] }), place.checksum == scan.header.checksum,
      place.sequence <= sequence
    else { return }
    scan.jump(to: place.sequence, at: place.offset)
  }
}
