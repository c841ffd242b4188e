/// The text of a token for keyledger's own interface: `klt_<secret><checksum>`.
///
/// - secret: 43 random base62 digits, 256 bits
/// - checksum: as in `APIKeyFormat`
///
/// A token is shown once and kept, like a key, as a hash under the pepper.
package enum TokenFormat {
  private static let prefix = "klt_"
  /// The fewest base62 digits that carry 32 random bytes.
  private static let secretLength = 43
  private static let shownLength = 4

  package static func generate() -> String {
    var generator = SystemRandomNumberGenerator()
    return generate(using: &generator)
  }

  package static func generate(using generator: inout some RandomNumberGenerator) -> String {
    ChecksummedText.append(to: prefix + Base62.random(secretLength, using: &generator))
  }

  package static func isValid(_ token: String) -> Bool {
    let digits = token.utf8.dropFirst(prefix.utf8.count)
    return token.utf8.starts(with: prefix.utf8)
      && digits.count == secretLength + ChecksummedText.checksumLength
      && digits.allSatisfy(Base62.isDigit) && ChecksummedText.isValid(token)
  }

  /// Prefix and last four characters; nil for what is not a well-formed token.
  package static func displayHint(of token: String) -> String? {
    isValid(token) ? "\(prefix)…\(token.suffix(shownLength))" : nil
  }
}
