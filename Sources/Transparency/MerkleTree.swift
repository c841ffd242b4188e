/// The hashes of the RFC 6962 tree (section 2.1). Leaves and nodes are hashed under different
/// prefixes, so that a node can never pass for a record.
package enum MerkleTree {
  private static let leafPrefix: UInt8 = 0x00
  private static let nodePrefix: UInt8 = 0x01

  /// The root of the tree without records, `SHA-256("")`.
  package static let emptyRoot = SHA256Hash.digest([])

  /// `SHA-256(0x00 ‖ record)`. Allocates nothing beyond the hash function's own context.
  package static func leaf(_ record: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(leafPrefix)
    hasher.update(record)
    return hasher.finalize()
  }

  package static func leaf(_ record: [UInt8]) -> Digest {
    record.withUnsafeBytes { leaf($0) }
  }

  /// `SHA-256(0x01 ‖ left ‖ right)`. Allocates nothing beyond the hash function's own context.
  package static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(nodePrefix)
    left.withUnsafeBytes { hasher.update($0) }
    right.withUnsafeBytes { hasher.update($0) }
    return hasher.finalize()
  }

  /// The number of leaves left of the split of a tree of `size` leaves: the largest power of two
  /// below `size`, which is at least 2.
  static func split(_ size: UInt64) -> UInt64 {
    precondition(size >= 2, "a tree of one leaf has no split")
    return 1 << UInt64(63 - (size - 1).leadingZeroBitCount)
  }
}
