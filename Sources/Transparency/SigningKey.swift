import Crypto

/// The private half of a key that signs notes with Ed25519.
package struct SigningKey: Sendable {
  /// Size of the seed in bytes (RFC 8032: the private key).
  package static let seedByteCount = 32

  package let name: String
  package let verifierKey: VerifierKey
  private let privateKey: Curve25519.Signing.PrivateKey

  /// A new random key. Nil if the name is not allowed.
  package init?(name: String) {
    self.init(name: name, privateKey: Curve25519.Signing.PrivateKey())
  }

  /// Nil if the name is not allowed or the seed has not 32 bytes.
  package init?(name: String, seed: [UInt8]) {
    guard seed.count == Self.seedByteCount else { return nil }
    do {
      let privateKey = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
      self.init(name: name, privateKey: privateKey)
    } catch {
      return nil
    }
  }

  private init?(name: String, privateKey: Curve25519.Signing.PrivateKey) {
    let publicKey = [UInt8](privateKey.publicKey.rawRepresentation)
    guard let verifier = VerifierKey(name: name, algorithm: .ed25519, publicKey: publicKey) else {
      return nil
    }
    self.name = name
    self.privateKey = privateKey
    verifierKey = verifier
  }

  /// The secret from which the key is made again.
  package var seed: [UInt8] { [UInt8](privateKey.rawRepresentation) }

  /// The signature line for a note's text.
  package func sign(_ text: String) throws(NoteError) -> NoteSignature {
    guard SignedNote.isSignable(text) else { throw .unsignableText }
    do {
      let signature = try privateKey.signature(for: [UInt8](text.utf8))
      return NoteSignature(
        name: name, keyID: verifierKey.keyID, signature: [UInt8](signature))
    } catch {
      throw .signingFailed(reason: "\(error)")
    }
  }
}
