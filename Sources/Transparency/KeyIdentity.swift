/// What the last byte of a key's identity says about its signatures (C2SP `signed-note`).
package enum KeyAlgorithm: UInt8, Hashable, Sendable {
  /// Ed25519 over the note's text.
  case ed25519 = 0x01
  /// Ed25519 over the note's text and a time, made by a witness (C2SP `tlog-cosignature`).
  case cosignature = 0x04
}

/// Four bytes that say which key made a signature. They only select a key: they are too short to
/// prove anything.
package struct KeyID: Hashable, Sendable {
  package static let byteCount = 4

  /// Big-endian value of the four bytes.
  package let value: UInt32

  package init(value: UInt32) {
    self.value = value
  }

  /// First four bytes of `SHA-256(name ‖ 0x0A ‖ algorithm ‖ publicKey)`.
  init(name: String, algorithm: KeyAlgorithm, publicKey: [UInt8]) {
    var identity = [UInt8](name.utf8)
    identity.append(0x0A)
    identity.append(algorithm.rawValue)
    identity.append(contentsOf: publicKey)
    self.init(SHA256Hash.digest(identity).bytes)
  }

  /// From the first four of `bytes`, of which there must be that many.
  init(_ bytes: [UInt8]) {
    value = bytes[..<Self.byteCount].reduce(0) { $0 << 8 | UInt32($1) }
  }

  package var bytes: [UInt8] { withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) } }
}

extension KeyID: CustomStringConvertible {
  /// Eight lower-case hexadecimal digits.
  package var description: String { Hex.encode(bytes) }
}

/// The names keys may have: not empty, no white space, no `+`, no control character; so that a
/// name ends where the next field of a line begins.
enum KeyName {
  static func isValid(_ name: some StringProtocol) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy { scalar in
        scalar.value >= 0x20 && scalar != "+" && !scalar.properties.isWhitespace
      }
  }
}
