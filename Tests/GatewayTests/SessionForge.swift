internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Makes session tokens, right ones and wrong ones: whoever has the secret can write anything.
struct SessionForge {
  var secret = "keyledger-test-secret"
  var cookie = "authjs.session-token"
  var content = Data(#"{"sub":"user_1","exp":4102444800,"jti":"j"}"#.utf8)
  /// The whole header where it is not the usual one.
  var header: String?
  /// Of A256GCM; JWE has only 12, the algorithm would take more.
  var nonceByteCount = 12

  var isAuthJS: Bool { cookie.hasSuffix("authjs.session-token") }

  /// `key` and `kid` of the cookie: by RFC 5869 and RFC 7638.
  var key: Data {
    let info =
      isAuthJS
      ? "Auth.js Generated Encryption Key (\(cookie))" : "NextAuth.js Generated Encryption Key"
    return HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Data(secret.utf8)),
      salt: Data((isAuthJS ? cookie : "").utf8), info: Data(info.utf8),
      outputByteCount: isAuthJS ? 64 : 32
    ).withUnsafeBytes { Data($0) }
  }

  var keyID: String {
    let members = #"{"k":"\#(Self.base64URL(key))","kty":"oct"}"#
    return Self.base64URL(Data(SHA512.hash(data: Data(members.utf8))))
  }

  var usualHeader: String {
    isAuthJS
      ? #"{"alg":"dir","enc":"A256CBC-HS512","kid":"\#(keyID)"}"#
      : #"{"alg":"dir","enc":"A256GCM"}"#
  }

  var token: String { parts().joined(separator: ".") }

  /// Header, encrypted key, vector, ciphertext and tag. `pad` is false where `content` brings its
  /// own padding.
  func parts(pad: Bool = true) -> [String] {
    let head = Self.base64URL(Data((header ?? usualHeader).utf8))
    let sealed = isAuthJS ? sealCBC(head, pad: pad) : sealGCM(head)
    return [head, "", sealed.vector, sealed.text, sealed.tag]
  }

  typealias Sealed = (vector: String, text: String, tag: String)

  private func sealGCM(_ head: String) -> Sealed {
    let box = certain {
      try AES.GCM.seal(
        content, using: SymmetricKey(data: key),
        nonce: AES.GCM.Nonce(data: Data(0..<UInt8(nonceByteCount))),
        authenticating: Data(head.utf8))
    }
    return (
      Self.base64URL(Data(box.nonce)), Self.base64URL(box.ciphertext), Self.base64URL(box.tag)
    )
  }

  private func sealCBC(_ head: String, pad: Bool) -> Sealed {
    let vector = Data(0..<16)
    let text = certain {
      try AES._CBC.encrypt(
        content, using: SymmetricKey(data: key.suffix(32)), iv: AES._CBC.IV(ivBytes: vector),
        noPadding: !pad)
    }
    return (
      Self.base64URL(vector), Self.base64URL(text),
      Self.base64URL(tag(head: head, vector: vector, text: text).prefix(32))
    )
  }

  /// Keys and vectors are of the right size, and the content of whole blocks where it must be.
  private func certain<Value>(_ make: () throws -> Value) -> Value {
    do { return try make() } catch { preconditionFailure("a wrong test: \(error)") }
  }

  /// All 64 bytes, of which a token has the first half.
  func tag(head: String, vector: Data, text: Data) -> Data {
    let length = withUnsafeBytes(of: UInt64(head.utf8.count * 8).bigEndian) { Data($0) }
    return Data(
      HMAC<SHA512>.authenticationCode(
        for: Data(head.utf8) + vector + text + length, using: SymmetricKey(data: key.prefix(32))))
  }

  static func base64URL(_ bytes: Data) -> String {
    bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
      .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
  }

  static func bytes(base64URL text: String) -> Data? {
    let standard = text.replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    return Data(base64Encoded: standard + String(repeating: "=", count: (4 - text.count % 4) % 4))
  }
}
