import Crypto

/// SHA-256 of bytes that are all there.
package enum SHA256Hash {
  package static func digest(_ bytes: UnsafeRawBufferPointer) -> Digest {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finalize()
  }

  package static func digest(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBytes { digest($0) }
  }
}

/// SHA-256 of bytes that arrive in pieces. A copy goes on independently of the original.
package struct SHA256Hasher: Sendable {
  private var hash = SHA256()

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bufferPointer: bytes)
  }

  package mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  package mutating func update(_ byte: UInt8) {
    withUnsafeBytes(of: byte) { update($0) }
  }

  package func finalize() -> Digest {
    hash.finalize().withUnsafeBytes { Digest(exactly: $0) }
  }
}
