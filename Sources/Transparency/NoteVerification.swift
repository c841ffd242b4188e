/// A signature that a known key made.
package struct VerifiedSignature: Hashable, Sendable {
  package let key: VerifierKey
  /// Seconds since 1970 UTC; only a cosignature has it.
  package let time: UInt64?
}

extension SignedNote {
  /// Checks every line whose key is among `keys`. Lines of unknown keys are ignored; one line of
  /// a known key that does not verify rejects the note, and so does the lack of any known key.
  package func verify(_ keys: [VerifierKey]) throws(NoteError) -> [VerifiedSignature] {
    var verified: [VerifiedSignature] = []
    for signature in signatures {
      let named = keys.filter { $0.isNamed(in: signature) }
      guard !named.isEmpty else { continue }
      guard let found = named.lazy.compactMap({ check(signature, against: $0) }).first else {
        throw .wrongSignature(key: "\(signature.name)+\(signature.keyID)")
      }
      verified.append(found)
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return verified
  }

  private func check(_ line: NoteSignature, against key: VerifierKey) -> VerifiedSignature? {
    switch key.algorithm {
    case .ed25519:
      guard key.isValid(line.signature, over: [UInt8](text.utf8)) else { return nil }
      return VerifiedSignature(key: key, time: nil)
    case .cosignature:
      guard let cosignature = Cosignature(line.signature),
        key.isValid(cosignature.signature, over: cosignature.message(for: text))
      else { return nil }
      return VerifiedSignature(key: key, time: cosignature.time)
    }
  }
}
