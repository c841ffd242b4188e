/// The leaves [begin, end) of a tree, kept as the roots of the fewest perfect subtrees that cover
/// them: at most 2 · log2(end - begin) digests. Ranges that touch can be joined without their
/// leaves, so segments can be hashed apart and put together afterwards.
package struct CompactRange: Hashable, Sendable {
  package let begin: UInt64
  package private(set) var end: UInt64
  /// Subtree roots, left to right.
  package private(set) var nodes: [Digest]

  /// The empty range at `begin`.
  package init(begin: UInt64 = 0) {
    self.begin = begin
    end = begin
    nodes = []
  }

  /// Nil if `end` is before `begin` or the number of nodes is not what the range needs.
  package init?(begin: UInt64, end: UInt64, nodes: [Digest]) {
    guard begin <= end, nodes.count == Self.nodeCount(begin: begin, end: end) else { return nil }
    self.begin = begin
    self.end = end
    self.nodes = nodes
  }

  /// Number of leaves covered.
  package var count: UInt64 { end - begin }

  package var isEmpty: Bool { begin == end }

  /// Adds the leaf with index `end`. One node hash on average, at most 64.
  package mutating func append(_ leaf: Digest) {
    append(subtree: leaf, level: 0)
  }

  /// Joins the range that starts where this one ends. False, and no change, if it starts
  /// elsewhere.
  package mutating func append(contentsOf other: CompactRange) -> Bool {
    guard other.begin == end else { return false }
    for node in other.nodes {
      append(subtree: node, level: Self.level(at: end, before: other.end))
    }
    return true
  }

  /// The root of the tree of the first `end` leaves; `begin` must be 0.
  package func root() -> Digest {
    precondition(begin == 0, "only a range from leaf 0 has a root")
    guard var root = nodes.last else { return MerkleTree.emptyRoot }
    for node in nodes.dropLast().reversed() { root = MerkleTree.node(node, root) }
    return root
  }

  /// The number of subtrees that [begin, end) needs.
  package static func nodeCount(begin: UInt64, end: UInt64) -> Int {
    var count = 0
    var position = begin
    while position < end {
      position += 1 << UInt64(level(at: position, before: end))
      count += 1
    }
    return count
  }

  /// Adds a perfect subtree of 2^level leaves at `end`, then merges while the last two nodes are
  /// the halves of an aligned subtree inside the range.
  private mutating func append(subtree: Digest, level: Int) {
    var root = subtree
    var start = end
    var span: UInt64 = 1 << UInt64(level)
    end += span
    while start & span != 0, start - begin >= span {
      root = MerkleTree.node(nodes.removeLast(), root)
      start -= span
      span <<= 1
    }
    nodes.append(root)
  }

  /// The level of the largest aligned subtree that starts at `position` and ends by `end`.
  private static func level(at position: UInt64, before end: UInt64) -> Int {
    let fits = 63 - (end - position).leadingZeroBitCount
    return position == 0 ? fits : min(fits, position.trailingZeroBitCount)
  }
}
