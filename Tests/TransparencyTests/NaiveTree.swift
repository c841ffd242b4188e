import Transparency

/// RFC 6962 section 2.1 word for word, as the oracle of everything that is faster.
enum NaiveTree {
  static func leaf(_ index: Int) -> Digest {
    MerkleTree.leaf([UInt8]("leaf \(index)".utf8))
  }

  static func root(_ leaves: ArraySlice<Digest>) -> Digest {
    guard leaves.count > 1 else { return leaves.first ?? MerkleTree.emptyRoot }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return MerkleTree.node(root(leaves[..<middle]), root(leaves[middle...]))
  }

  static func leaves(_ count: Int) -> [Digest] { (0..<count).map(leaf) }
}
