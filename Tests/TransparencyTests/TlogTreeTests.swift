import Testing
import Transparency

@Suite("Trees and proofs against tlog.json")
struct TlogTreeTests {
  let vectors: TlogVectors

  init() throws {
    vectors = try TlogVectors.load()
  }

  func leaf(_ index: UInt64) -> Digest {
    MerkleTree.leaf([UInt8](vectors.entries[Int(index)].utf8))
  }

  func root(_ size: UInt64) throws -> Digest {
    try #require(Digest(base64: vectors.roots[Int(size)]))
  }

  func digests(_ texts: [String]) throws -> [Digest] {
    try texts.map { try #require(Digest(base64: $0)) }
  }

  @Test("Leaf hashes are the vectors'")
  func leafHashes() {
    #expect(vectors.entries.indices.map { leaf(UInt64($0)).hex } == vectors.leafHashes)
  }

  @Test("The root of every size is the vectors', from the empty tree on")
  func roots() {
    var range = CompactRange()
    var found = [range.root().base64]
    for index in vectors.entries.indices {
      range.append(leaf(UInt64(index)))
      found.append(range.root().base64)
    }
    #expect(found == vectors.roots)
  }

  @Test("Inclusion proofs are accepted, and made the same")
  func inclusion() throws {
    for vector in vectors.inclusion {
      let proof = try digests(vector.proof)
      #expect(
        InclusionProof.verify(
          index: vector.index, size: vector.size, leaf: leaf(vector.index),
          root: try root(vector.size), proof: proof))
      #expect(
        InclusionProof.prove(index: vector.index, size: vector.size, leafAt: leaf) == proof)
    }
    #expect(vectors.inclusion.count == 28)
  }

  @Test("Consistency proofs are accepted, and made the same")
  func consistency() throws {
    for vector in vectors.consistency {
      let proof = try digests(vector.proof)
      #expect(
        ConsistencyProof.verify(
          oldSize: vector.old, newSize: vector.new, oldRoot: try root(vector.old),
          newRoot: try root(vector.new), proof: proof))
      #expect(
        ConsistencyProof.prove(oldSize: vector.old, newSize: vector.new, leafAt: leaf) == proof)
    }
    #expect(vectors.consistency.count == 28)
  }

  @Test("The root of 70,000 entries is the vectors'")
  func large() {
    var range = CompactRange()
    for index in 0..<vectors.large.size { range.append(MerkleTree.leaf([UInt8]("e\(index)".utf8))) }
    #expect(range.root().base64 == vectors.large.root)
  }
}
