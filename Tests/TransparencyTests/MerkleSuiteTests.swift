import Foundation
import Testing
import Transparency

/// The suite of `transparency-dev/merkle` (Apache-2.0): every file is one case.
@Suite("Proofs against the suite of transparency-dev/merkle")
struct MerkleSuiteTests {
  struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data?
    let leafHash: Data?
    let proof: [Data]?
    let wantErr: Bool
  }

  struct Consistency: Decodable {
    let size1: UInt64
    let size2: UInt64
    let root1: Data?
    let root2: Data?
    let proof: [Data]?
    let wantErr: Bool
  }

  static let inclusionFiles = SharedVectors.files(below: "merkle/testdata/inclusion")
  static let consistencyFiles = SharedVectors.files(below: "merkle/testdata/consistency")

  /// Accepted by the suite, whose hashes may have any length; its roots are 12 bytes long, which
  /// no SHA-256 tree has.
  static let shortRoots =
    "merkle/testdata/consistency/additional/sizes-are-equal-one-and-proof-is-empty.json"

  @Test("The whole suite is there")
  func complete() {
    #expect(Self.inclusionFiles.count == 98, "missing ../shared/vectors/merkle/testdata")
    #expect(Self.consistencyFiles.count == 98, "missing ../shared/vectors/merkle/testdata")
    #expect(Self.consistencyFiles.contains(Self.shortRoots))
  }

  @Test("An inclusion proof gets the suite's verdict", arguments: inclusionFiles)
  func inclusion(path: String) throws {
    let vector = try SharedVectors.load(path, as: Inclusion.self)
    #expect(verdict(vector) == !vector.wantErr)
  }

  @Test("A consistency proof gets the suite's verdict", arguments: consistencyFiles)
  func consistency(path: String) throws {
    let vector = try SharedVectors.load(path, as: Consistency.self)
    #expect(verdict(vector) == (!vector.wantErr && path != Self.shortRoots))
  }

  func verdict(_ vector: Inclusion) -> Bool {
    guard let root = digest(vector.root), let leaf = digest(vector.leafHash),
      let proof = digests(vector.proof)
    else { return false }
    return InclusionProof.verify(
      index: vector.leafIdx, size: vector.treeSize, leaf: leaf, root: root, proof: proof)
  }

  func verdict(_ vector: Consistency) -> Bool {
    guard let old = digest(vector.root1), let new = digest(vector.root2),
      let proof = digests(vector.proof)
    else { return false }
    return ConsistencyProof.verify(
      oldSize: vector.size1, newSize: vector.size2, oldRoot: old, newRoot: new, proof: proof)
  }

  /// Nil, which refuses the proof, where a hash has not 32 bytes.
  func digest(_ data: Data?) -> Digest? { Digest([UInt8](data ?? Data())) }

  func digests(_ list: [Data]?) -> [Digest]? {
    let found = (list ?? []).map { digest($0) }
    return found.contains(nil) ? nil : found.compactMap { $0 }
  }
}
