import Testing
import Transparency

@Suite("Proofs")
struct ProofTests {
  let leaves = NaiveTree.leaves(33)

  func root(_ size: Int) -> Digest { NaiveTree.root(leaves[..<size]) }

  @Test("Every inclusion proof up to 33 leaves verifies, and for no other index")
  func inclusion() throws {
    for size in 1...leaves.count {
      for index in 0..<size {
        let proof = try #require(
          InclusionProof.prove(index: UInt64(index), size: UInt64(size)) { leaves[Int($0)] })
        for claimed in 0...size {
          let accepted = InclusionProof.verify(
            index: UInt64(claimed), size: UInt64(size), leaf: leaves[index], root: root(size),
            proof: proof)
          #expect(accepted == (claimed == index), "\(index) as \(claimed) of \(size)")
        }
      }
    }
  }

  @Test("Every consistency proof up to 33 leaves verifies, and for no other old size")
  func consistency() throws {
    for new in 1...leaves.count {
      for old in 1...new {
        let proof = try #require(
          ConsistencyProof.prove(oldSize: UInt64(old), newSize: UInt64(new)) { leaves[Int($0)] })
        for claimed in 0...(new + 1) {
          let accepted = ConsistencyProof.verify(
            oldSize: UInt64(claimed), newSize: UInt64(new), oldRoot: root(old),
            newRoot: root(new), proof: proof)
          #expect(accepted == (claimed == old), "\(old) as \(claimed) of \(new)")
        }
      }
    }
  }

  @Test("A consistency proof with another old root, new root or hash is refused")
  func otherRoots() throws {
    let other = NaiveTree.leaf(99)
    for new in 1...leaves.count {
      for old in 1...new {
        let proof = try #require(
          ConsistencyProof.prove(oldSize: UInt64(old), newSize: UInt64(new)) { leaves[Int($0)] })
        func accepts(_ oldRoot: Digest, _ newRoot: Digest, _ proof: [Digest]) -> Bool {
          ConsistencyProof.verify(
            oldSize: UInt64(old), newSize: UInt64(new), oldRoot: oldRoot, newRoot: newRoot,
            proof: proof)
        }
        #expect(!accepts(other, root(new), proof), "\(old) of \(new)")
        #expect(!accepts(root(old), other, proof), "\(old) of \(new)")
        #expect(!accepts(root(old), root(new), proof + [other]), "\(old) of \(new)")
        for place in proof.indices {
          var changed = proof
          changed[place] = other
          #expect(!accepts(root(old), root(new), changed), "\(old) of \(new), \(place)")
        }
      }
    }
  }

  @Test("A shortened, lengthened or changed proof is refused")
  func damaged() throws {
    let proof = try #require(InclusionProof.prove(index: 20, size: 33) { leaves[Int($0)] })
    let other = NaiveTree.leaf(99)
    var damaged = [proof + [other], [other] + proof]
    for place in proof.indices {
      damaged.append([Digest](proof[..<place] + proof[(place + 1)...]))
      damaged.append([Digest](proof[..<place] + [other] + proof[(place + 1)...]))
    }
    for proof in damaged {
      #expect(
        !InclusionProof.verify(index: 20, size: 33, leaf: leaves[20], root: root(33), proof: proof))
    }
  }

  @Test("No proof is made for a leaf outside the tree or an impossible old size")
  func impossible() {
    #expect(InclusionProof.prove(index: 5, size: 5) { leaves[Int($0)] } == nil)
    #expect(InclusionProof.prove(index: 0, size: 0) { leaves[Int($0)] } == nil)
    #expect(ConsistencyProof.prove(oldSize: 0, newSize: 5) { leaves[Int($0)] } == nil)
    #expect(ConsistencyProof.prove(oldSize: 6, newSize: 5) { leaves[Int($0)] } == nil)
  }

  @Test("The subtrees of the largest tree are found")
  func largest() throws {
    let subtrees = try #require(InclusionProof.subtrees(index: 0, size: .max))
    #expect(subtrees.count == 64)
    #expect(subtrees.last == (1 << 63)..<UInt64.max)
  }
}
