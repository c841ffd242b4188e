import Crypto

/// 32 secret bytes, stored inline: a vault holds one for every person and client, and an object
/// for each would cost three times the memory. It prints as nothing.
struct SecretKey: Sendable {
  static let byteCount = 32

  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Nil unless there are exactly 32 bytes.
  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
  }

  private init(random generator: inout SystemRandomNumberGenerator) {
    words = (generator.next(), generator.next(), generator.next(), generator.next())
  }

  static func random() -> SecretKey {
    var generator = SystemRandomNumberGenerator()
    return SecretKey(random: &generator)
  }

  var bytes: [UInt8] { withUnsafeBytes(of: words) { [UInt8]($0) } }

  var symmetric: SymmetricKey { SymmetricKey(data: bytes) }

  /// HMAC-SHA256 of `message`: 32 bytes.
  func authenticationCode(for message: [UInt8]) -> [UInt8] {
    [UInt8](HMAC<SHA256>.authenticationCode(for: message, using: symmetric))
  }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
  var description: String { "secret key" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
