/// The proof that a tree is the beginning of a larger one (RFC 9162 section 2.1.4).
package enum ConsistencyProof {
  /// True if `proof` shows that the tree of `oldSize` leaves under `oldRoot` is the beginning of
  /// the tree of `newSize` leaves under `newRoot`.
  ///
  /// Equal sizes need equal roots and an empty proof. An empty old tree proves nothing and is
  /// refused, as in `transparency-dev/merkle`.
  package static func verify(
    oldSize: UInt64, newSize: UInt64, oldRoot: Digest, newRoot: Digest, proof: [Digest]
  ) -> Bool {
    guard oldSize > 0, oldSize <= newSize else { return false }
    if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }

    var position = oldSize - 1
    var last = newSize - 1
    while position & 1 == 1 {
      position >>= 1
      last >>= 1
    }
    // A complete old tree is itself the first subtree, and the proof leaves its root out.
    let path = position == 0 ? [oldRoot] + proof : proof
    guard let start = path.first else { return false }
    var old = start
    var new = start
    for node in path.dropFirst() {
      guard last != 0 else { return false }
      if position & 1 == 1 || position == last {
        old = MerkleTree.node(node, old)
        new = MerkleTree.node(node, new)
        while position & 1 == 0, position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        new = MerkleTree.node(new, node)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == newRoot
  }

  /// The subtrees, as ranges of leaves, whose roots make up the proof, in its order. Nil unless
  /// 0 < oldSize ≤ newSize.
  package static func subtrees(oldSize: UInt64, newSize: UInt64) -> [Range<UInt64>]? {
    guard oldSize > 0, oldSize <= newSize else { return nil }
    var subtrees: [Range<UInt64>] = []
    var begin: UInt64 = 0
    var end = newSize
    while end != oldSize {
      let middle = begin + MerkleTree.split(end - begin)
      if oldSize <= middle {
        subtrees.append(middle..<end)
        end = middle
      } else {
        subtrees.append(begin..<middle)
        begin = middle
      }
    }
    // The old tree's own root is known to the verifier; a right part of it is not.
    if begin != 0 { subtrees.append(begin..<end) }
    return subtrees.reversed()
  }

  /// Nil unless 0 < oldSize ≤ newSize. Reads every leaf at most once: O(newSize).
  package static func prove<Failure: Error>(
    oldSize: UInt64, newSize: UInt64, leafAt: (UInt64) throws(Failure) -> Digest
  ) throws(Failure) -> [Digest]? {
    guard let subtrees = subtrees(oldSize: oldSize, newSize: newSize) else { return nil }
    var proof: [Digest] = []
    for leaves in subtrees { proof.append(try MerkleTree.root(of: leaves, leafAt: leafAt)) }
    return proof
  }
}
