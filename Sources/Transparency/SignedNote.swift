/// A text and the signatures over it (C2SP `signed-note`): the text, which ends in a newline, an
/// empty line, and one line per signature.
package struct SignedNote: Hashable, Sendable {
  /// Bytes. A checkpoint with all its witnesses stays far below; the bound keeps a hostile note
  /// from costing memory. The same as in Go's `sumdb/note`.
  package static let sizeLimit = 1_000_000
  /// Lines. Each known one costs a signature check. The same as in Go's `sumdb/note`.
  package static let signatureLimit = 100

  package let text: String
  package private(set) var signatures: [NoteSignature]

  /// Nil if the text cannot be signed.
  package init?(text: String, signatures: [NoteSignature]) {
    guard Self.isSignable(text) else { return nil }
    self.text = text
    self.signatures = signatures
  }

  package init(parsing note: String) throws(NoteError) {
    try self.init(parsing: [UInt8](note.utf8))
  }

  /// Refuses everything that is not the exact form; unknown keys are not its concern.
  package init(parsing note: [UInt8]) throws(NoteError) {
    guard note.count <= Self.sizeLimit else {
      throw .tooLarge(bytes: note.count, limit: Self.sizeLimit)
    }
    if let offset = note.firstIndex(where: Self.isControl) {
      throw .controlCharacter(offset: offset)
    }
    // The last empty line separates, because a text may have some of its own.
    guard let split = Self.lastEmptyLine(in: note), note.last == Self.newline else {
      throw .noSignatureBlock
    }
    guard let text = String(validating: note[...split], as: UTF8.self),
      let block = String(validating: note[(split + 2)...], as: UTF8.self)
    else { throw .notUTF8 }
    let lines = block.utf8.split(separator: Self.newline, omittingEmptySubsequences: false)
      .dropLast()
    guard !lines.isEmpty else { throw .noSignatureBlock }
    guard lines.count <= Self.signatureLimit else {
      throw .tooManySignatures(limit: Self.signatureLimit)
    }
    var signatures: [NoteSignature] = []
    for (index, line) in lines.enumerated() {
      guard let signature = NoteSignature(parsing: Substring(line)) else {
        throw .malformedSignature(line: index + 1)
      }
      signatures.append(signature)
    }
    self.text = text
    self.signatures = signatures
  }

  package mutating func add(_ signature: NoteSignature) {
    signatures.append(signature)
  }

  private static let newline: UInt8 = 0x0A

  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != newline }

  static func isSignable(_ text: String) -> Bool {
    text.utf8.last == newline && !text.utf8.contains(where: isControl)
  }

  /// Index of the newline that ends the text; the next one is the empty line.
  private static func lastEmptyLine(in note: [UInt8]) -> Int? {
    guard note.count >= 2 else { return nil }
    return (0..<(note.count - 1)).last { note[$0] == newline && note[$0 + 1] == newline }
  }
}

extension SignedNote: CustomStringConvertible {
  /// The note's exact text.
  package var description: String {
    text + "\n" + signatures.map { "\($0)\n" }.joined()
  }

  package var bytes: [UInt8] { [UInt8](description.utf8) }
}
