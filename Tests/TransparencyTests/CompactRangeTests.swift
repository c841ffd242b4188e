import Testing
import Transparency

@Suite("Compact ranges")
struct CompactRangeTests {
  func range(_ leaves: [Digest], _ bounds: Range<Int>) -> CompactRange {
    var range = CompactRange(begin: UInt64(bounds.lowerBound))
    for leaf in leaves[bounds] { range.append(leaf) }
    return range
  }

  @Test("The root of every size up to 300 is that of the definition")
  func naiveRoots() {
    let leaves = NaiveTree.leaves(300)
    var range = CompactRange()
    #expect(range.root() == MerkleTree.emptyRoot)
    for size in 1...leaves.count {
      range.append(leaves[size - 1])
      #expect(range.root() == NaiveTree.root(leaves[..<size]), "size \(size)")
    }
  }

  @Test("Two ranges joined at any place are the range hashed in one go")
  func joins() {
    let leaves = NaiveTree.leaves(34)
    for begin in 0...leaves.count {
      for end in begin...leaves.count {
        let whole = range(leaves, begin..<end)
        for split in begin...end {
          var left = range(leaves, begin..<split)
          let joined = left.append(contentsOf: range(leaves, split..<end))
          #expect(joined)
          #expect(left == whole, "[\(begin), \(end)) split at \(split)")
        }
      }
    }
  }

  @Test("A node is the root of an aligned subtree")
  func nodes() {
    let leaves = NaiveTree.leaves(16)
    let found = range(leaves, 3..<13).nodes
    let expected = [3..<4, 4..<8, 8..<12, 12..<13].map { NaiveTree.root(leaves[$0]) }
    #expect(found == expected)
  }

  @Test("A range that starts elsewhere is not joined and changes nothing")
  func gap() {
    let leaves = NaiveTree.leaves(8)
    var left = range(leaves, 0..<3)
    let before = left
    for begin in [0, 2, 4] {
      let joined = left.append(contentsOf: range(leaves, begin..<8))
      #expect(!joined)
    }
    #expect(left == before)
  }

  @Test("A wrong number of nodes or a reversed range is refused")
  func nodeCount() {
    let leaf = NaiveTree.leaf(0)
    #expect(CompactRange(begin: 0, end: 3, nodes: [leaf]) == nil)
    #expect(CompactRange(begin: 0, end: 3, nodes: [leaf, leaf, leaf]) == nil)
    #expect(CompactRange(begin: 0, end: 3, nodes: [leaf, leaf]) != nil)
    #expect(CompactRange(begin: 4, end: 3, nodes: []) == nil)
    #expect(CompactRange.nodeCount(begin: 0, end: .max) == 64)
    #expect(CompactRange.nodeCount(begin: 1, end: .max) == 126)
  }

  @Test("Stored bytes give the range back; any cut, addition or swapped end is refused")
  func codec() {
    let leaves = NaiveTree.leaves(40)
    for bounds in [0..<0, 0..<1, 0..<39, 5..<5, 7..<40] {
      let whole = range(leaves, bounds)
      let bytes = whole.encode()
      #expect(bytes.count == 16 + 32 * whole.nodes.count)
      #expect(CompactRange(decoding: bytes) == whole)
      for length in 0..<bytes.count {
        #expect(CompactRange(decoding: [UInt8](bytes[..<length])) == nil, "\(bounds) \(length)")
      }
      #expect(CompactRange(decoding: bytes + [0]) == nil)
      #expect(CompactRange(decoding: bytes + [UInt8](repeating: 0, count: 32)) == nil)
    }
    let reversed: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    #expect(CompactRange(decoding: reversed) == nil)
  }
}
