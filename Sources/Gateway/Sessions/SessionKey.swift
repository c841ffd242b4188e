internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// The key of one session cookie, derived from one secret; opens tokens and makes none.
///
/// | cookies | salt of HKDF-SHA256 | info | bytes | encryption |
/// |---|---|---|---|---|
/// | NextAuth 4 | empty | `NextAuth.js Generated Encryption Key` | 32 | A256GCM |
/// | Auth.js 5 | cookie name | `Auth.js Generated Encryption Key (<name>)` | 64 | A256CBC-HS512 |
///
/// Of the 64 bytes the first half is the key of the HMAC, the second that of AES. The cookie name
/// is the whole one, with `__Secure-`.
enum SessionKey: Sendable {
  case nextAuth(SymmetricKey)
  /// `id` is the thumbprint of RFC 7638 with SHA-512: it tells rotated secrets apart.
  case authJS(id: String, mac: SymmetricKey, cipher: SymmetricKey)

  init(of cookie: SessionCookie, secret: String) {
    switch cookie {
    case .nextAuth, .secureNextAuth:
      self = .nextAuth(
        Self.derive(secret, salt: "", info: "NextAuth.js Generated Encryption Key", byteCount: 32))
    case .authJS, .secureAuthJS:
      let name = cookie.rawValue
      let key = Self.derive(
        secret, salt: name, info: "Auth.js Generated Encryption Key (\(name))", byteCount: 64
      ).withUnsafeBytes { [UInt8]($0) }
      self = .authJS(
        id: Self.thumbprint(of: key), mac: SymmetricKey(data: key.prefix(key.count / 2)),
        cipher: SymmetricKey(data: key.suffix(key.count / 2)))
    }
  }

  /// The decrypted content; nil if the token was not made with this key.
  func open(_ token: SessionToken) -> Data? {
    switch (self, token.header.encryption) {
    // NextAuth 4 writes no key's name, and reads none.
    case (.nextAuth(let key), .gcm):
      return Self.openGCM(token, key)
    case (.authJS(let id, let mac, let cipher), .cbcHMAC):
      guard token.header.keyID == nil || token.header.keyID == id,
        Self.isAuthentic(token, mac)
      else { return nil }
      return Self.decryptCBC(token, cipher)
    case (.nextAuth, .cbcHMAC), (.authJS, .gcm):
      return nil
    }
  }

  private static func derive(
    _ secret: String, salt: String, info: String, byteCount: Int
  ) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: [UInt8](secret.utf8)), salt: [UInt8](salt.utf8),
      info: [UInt8](info.utf8), outputByteCount: byteCount)
  }

  /// RFC 7638 section 3: the hash of the required members, in the order of their names.
  private static func thumbprint(of key: [UInt8]) -> String {
    let members = #"{"k":"\#(Base64URL.encode(key))","kty":"oct"}"#
    return Base64URL.encode(SHA512.hash(data: [UInt8](members.utf8)))
  }

  private static func openGCM(_ token: SessionToken, _ key: SymmetricKey) -> Data? {
    do {
      let box = try AES.GCM.SealedBox(
        nonce: AES.GCM.Nonce(data: token.vector), ciphertext: token.ciphertext, tag: token.tag)
      return try AES.GCM.open(box, using: key, authenticating: token.authenticated)
    } catch {
      return nil
    }
  }

  /// RFC 7518 section 5.2.2.2: the tag is the first half of the HMAC of header, vector, ciphertext
  /// and the header's length in bits, big-endian. Compared without stopping at a difference, whose
  /// place would tell how far a guess was right.
  private static func isAuthentic(_ token: SessionToken, _ key: SymmetricKey) -> Bool {
    var mac = HMAC<SHA512>(key: key)
    mac.update(data: token.authenticated)
    mac.update(data: token.vector)
    mac.update(data: token.ciphertext)
    withUnsafeBytes(of: (UInt64(token.authenticated.count) * 8).bigEndian) {
      mac.update(data: $0)
    }
    let expected = mac.finalize()
    var differences: UInt8 = 0
    for (a, b) in zip(expected, token.tag) { differences |= a ^ b }
    return differences == 0 && token.tag.count == SHA512.byteCount / 2
  }

  /// Only for what `isAuthentic`: what is told about the padding of other texts would decrypt them.
  private static func decryptCBC(_ token: SessionToken, _ key: SymmetricKey) -> Data? {
    do {
      return try AES._CBC.decrypt(
        token.ciphertext, using: key, iv: AES._CBC.IV(ivBytes: token.vector))
    } catch {
      return nil
    }
  }
}
