extension MerkleTree {
  /// The root of the tree over the leaves of a range, which proofs choose so that it is one
  /// subtree of the whole. The leaves are numbered anew from 0, as in RFC 6962's `MTH(D[a:b])`.
  static func root<Failure: Error>(
    of leaves: Range<UInt64>, leafAt: (UInt64) throws(Failure) -> Digest
  ) throws(Failure) -> Digest {
    var range = CompactRange()
    for index in leaves { range.append(try leafAt(index)) }
    return range.root()
  }
}
