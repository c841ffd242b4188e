/// The proof that a leaf is in a tree: the roots of the subtrees beside its path, the leaf's
/// sibling first (RFC 9162 section 2.1.3).
package enum InclusionProof {
  /// True if `proof` leads from the leaf at `index` to `root` in a tree of `size` leaves, with no
  /// hash left over.
  package static func verify(
    index: UInt64, size: UInt64, leaf: Digest, root: Digest, proof: [Digest]
  ) -> Bool {
    guard index < size else { return false }
    var position = index
    var last = size - 1
    var hash = leaf
    for sibling in proof {
      guard last != 0 else { return false }
      if position & 1 == 1 || position == last {
        hash = MerkleTree.node(sibling, hash)
        while position & 1 == 0, position != 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleTree.node(hash, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// The subtrees, as ranges of leaves, whose roots make up the proof, in its order. Nil if
  /// `index` is not in the tree. At most log2(size) + 1 ranges.
  package static func subtrees(index: UInt64, size: UInt64) -> [Range<UInt64>]? {
    guard index < size else { return nil }
    var siblings: [Range<UInt64>] = []
    var begin: UInt64 = 0
    var end = size
    while end - begin > 1 {
      let middle = begin + MerkleTree.split(end - begin)
      if index < middle {
        siblings.append(middle..<end)
        end = middle
      } else {
        siblings.append(begin..<middle)
        begin = middle
      }
    }
    return siblings.reversed()
  }

  /// Nil if `index` is not in the tree. Reads every other leaf once: O(size).
  package static func prove<Failure: Error>(
    index: UInt64, size: UInt64, leafAt: (UInt64) throws(Failure) -> Digest
  ) throws(Failure) -> [Digest]? {
    guard let subtrees = subtrees(index: index, size: size) else { return nil }
    var proof: [Digest] = []
    for leaves in subtrees { proof.append(try MerkleTree.root(of: leaves, leafAt: leafAt)) }
    return proof
  }
}
