import Crypto

/// The public half of a key that signs notes: a log's or a witness's.
///
/// Its text form is `<name>+<key id in hex>+<base64(algorithm ‖ public key)>`.
package struct VerifierKey: Hashable, Sendable {
  package static let publicKeyByteCount = 32

  package let name: String
  package let keyID: KeyID
  package let algorithm: KeyAlgorithm
  /// The raw Ed25519 public key.
  package let publicKey: [UInt8]

  /// Nil if the name is not allowed or the key has not 32 bytes.
  package init?(name: String, algorithm: KeyAlgorithm, publicKey: [UInt8]) {
    guard KeyName.isValid(name), publicKey.count == Self.publicKeyByteCount else { return nil }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    keyID = KeyID(name: name, algorithm: algorithm, publicKey: publicKey)
  }

  /// Nil unless the text is well formed, of a known algorithm, and its key id is the key's.
  package init?(parsing text: String) {
    // Base64 uses "+" too, so only the first two separate.
    let fields = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, let idBytes = Hex.decode(fields[1]),
      idBytes.count == KeyID.byteCount, let key = Base64.decode(fields[2]),
      let first = key.first, let algorithm = KeyAlgorithm(rawValue: first)
    else { return nil }
    self.init(name: String(fields[0]), algorithm: algorithm, publicKey: [UInt8](key.dropFirst()))
    guard keyID == KeyID(idBytes) else { return nil }
  }

  /// True if this key made the signature over `message`.
  func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    do {
      let key = try Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
      return key.isValidSignature(signature, for: message)
    } catch {
      // 32 bytes that are no key have signed nothing.
      return false
    }
  }

  /// True if the line says that this key made it. Names are compared byte by byte: Swift would
  /// take two spellings of one letter as equal.
  func isNamed(in signature: NoteSignature) -> Bool {
    signature.keyID == keyID && signature.name.utf8.elementsEqual(name.utf8)
  }
}

extension VerifierKey: CustomStringConvertible {
  package var description: String {
    "\(name)+\(keyID)+\(Base64.encode([algorithm.rawValue] + publicKey))"
  }
}
