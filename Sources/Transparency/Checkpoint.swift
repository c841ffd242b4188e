/// A log's statement of its size and root (C2SP `tlog-checkpoint`, without extension lines):
/// `<origin>\n<tree size, decimal>\n<base64 root>\n`.
package struct Checkpoint: Hashable, Sendable {
  package let origin: String
  /// Number of records.
  package let size: UInt64
  package let root: Digest

  /// Nil if the origin is empty or has a control character.
  package init?(origin: String, size: UInt64, root: Digest) {
    guard Self.isValid(origin: origin) else { return nil }
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Refuses everything that `text` would not have given.
  package init(parsing text: String) throws(NoteError) {
    let newline: UInt8 = 0x0A
    let lines = text.utf8.split(separator: newline, omittingEmptySubsequences: false)
      .map { Substring($0) }
    guard lines.count >= 4 else {
      throw .malformedCheckpoint(line: lines.count, expected: "three lines ending in newlines")
    }
    guard lines.count == 4, lines[3].isEmpty else {
      throw .malformedCheckpoint(line: 4, expected: "nothing after the root")
    }
    guard Self.isValid(origin: lines[0]) else {
      throw .malformedCheckpoint(line: 1, expected: "an origin")
    }
    // Comparing with its own decimal form refuses signs and leading zeros.
    guard let size = UInt64(lines[1]), "\(size)".utf8.elementsEqual(lines[1].utf8) else {
      throw .malformedCheckpoint(line: 2, expected: "a decimal tree size")
    }
    guard let root = Digest(base64: lines[2]) else {
      throw .malformedCheckpoint(line: 3, expected: "a root of 32 bytes in base64")
    }
    guard size != 0 || root == MerkleTree.emptyRoot else {
      throw .malformedCheckpoint(line: 3, expected: "the root of the empty tree")
    }
    origin = String(lines[0])
    self.size = size
    self.root = root
  }

  /// What is signed.
  package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

  package func sign(with key: SigningKey) throws(NoteError) -> SignedNote {
    let signature = try key.sign(text)
    guard let note = SignedNote(text: text, signatures: [signature]) else {
      throw .unsignableText
    }
    return note
  }

  private static func isValid(origin: some StringProtocol) -> Bool {
    !origin.isEmpty && origin.utf8.allSatisfy { $0 >= 0x20 }
  }
}
