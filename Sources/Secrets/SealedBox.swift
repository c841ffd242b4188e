import Crypto

/// AES-256-GCM of one subject's bytes under that subject's own key.
enum SealedBox {
  private static let nonceByteCount = 12
  private static let saltByteCount = 16

  static func seal(
    _ plaintext: [UInt8], kind: SubjectKind, key: SecretKey
  ) throws -> [UInt8] {
    let box = try AES.GCM.seal(
      RandomBytes.make(saltByteCount) + plaintext, using: key.symmetric,
      nonce: AES.GCM.Nonce(data: RandomBytes.make(nonceByteCount)),
      authenticating: [kind.rawValue])
    return [UInt8](box.nonce) + [UInt8](box.ciphertext) + [UInt8](box.tag)
  }

  /// Nil if the key does not open the box as one of this kind.
  static func open(_ box: [UInt8], kind: SubjectKind, key: SecretKey) -> [UInt8]? {
    do {
      let opened = try AES.GCM.open(
        AES.GCM.SealedBox(combined: box), using: key.symmetric, authenticating: [kind.rawValue])
      return opened.count >= saltByteCount ? [UInt8](opened.dropFirst(saltByteCount)) : nil
    } catch {
      return nil
    }
  }
}
