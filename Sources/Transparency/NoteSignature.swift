/// One signature line of a note: `— <name> <base64(key id ‖ signature)>`.
package struct NoteSignature: Hashable, Sendable {
  /// U+2014 and a space.
  static let linePrefix = "\u{2014} "

  package let name: String
  package let keyID: KeyID
  /// What follows the key id: for Ed25519 64 bytes, for a cosignature a time before them.
  package let signature: [UInt8]

  init(name: String, keyID: KeyID, signature: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// Nil unless `line`, without its newline, is well formed.
  package init?(parsing line: some StringProtocol) {
    guard line.utf8.starts(with: Self.linePrefix.utf8) else { return nil }
    let rest = line.utf8.dropFirst(Self.linePrefix.utf8.count)
    let fields = rest.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard fields.count == 2, let name = String(validating: fields[0], as: UTF8.self),
      KeyName.isValid(name), let encoded = String(validating: fields[1], as: UTF8.self),
      let bytes = Base64.decode(encoded), bytes.count > KeyID.byteCount
    else { return nil }
    self.init(
      name: name, keyID: KeyID(bytes), signature: [UInt8](bytes.dropFirst(KeyID.byteCount)))
  }
}

extension NoteSignature: CustomStringConvertible {
  /// The line without its newline.
  package var description: String {
    "\(Self.linePrefix)\(name) \(Base64.encode(keyID.bytes + signature))"
  }
}
