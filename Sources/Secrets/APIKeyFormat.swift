/// Where an API key is meant to be used; part of its text.
package enum KeyEnvironment: String, CaseIterable, Hashable, Sendable {
  case live, staging, test
}

/// The text of an API key: `<product>_<live|staging|test>_<secret><checksum>`.
///
/// - product: a lower-case ASCII letter, then lower-case letters and digits
/// - secret: 30 random base62 digits, 178 bits
/// - checksum: six base62 digits, zero padded, of the CRC-32 (IEEE) of everything before it;
///   base62 digits are 0-9, A-Z, a-z in this order of value
///
/// The fixed form lets secret scanners find leaked keys.
package struct APIKeyFormat: Hashable, Sendable {
  static let secretLength = 30
  private static let separator = UInt8(ascii: "_")
  /// Characters of the end of a key that are shown.
  private static let shownLength = 4

  package let product: String
  package let environment: KeyEnvironment

  /// Nil if the product's name is not allowed.
  package init?(product: String, environment: KeyEnvironment) {
    guard Self.isProduct(product) else { return nil }
    self.product = product
    self.environment = environment
  }

  /// What the text of a well-formed key says, or nil if it is mistyped or not a key at all.
  package init?(parsing key: String) {
    let fields = key.utf8.split(separator: Self.separator, omittingEmptySubsequences: false)
    guard fields.count == 3,
      let environment = KeyEnvironment(rawValue: String(Substring(fields[1]))),
      fields[2].count == Self.secretLength + ChecksummedText.checksumLength,
      fields[2].allSatisfy(Base62.isDigit), ChecksummedText.isValid(key)
    else { return nil }
    self.init(product: String(Substring(fields[0])), environment: environment)
  }

  /// A new key. It is shown once and kept only as a keyed hash.
  package func generate() -> String {
    var generator = SystemRandomNumberGenerator()
    return generate(using: &generator)
  }

  package func generate(using generator: inout some RandomNumberGenerator) -> String {
    ChecksummedText.append(to: prefix + Base62.random(Self.secretLength, using: &generator))
  }

  /// How a key is shown after its creation: prefix and last four characters, which belong to the
  /// checksum. Nil for what is not a well-formed key.
  package static func displayHint(of key: String) -> String? {
    guard let format = APIKeyFormat(parsing: key) else { return nil }
    return "\(format.prefix)…\(key.suffix(shownLength))"
  }

  private var prefix: String { "\(product)_\(environment.rawValue)_" }

  private static func isProduct(_ text: String) -> Bool {
    let lowerCase = UInt8(ascii: "a")...UInt8(ascii: "z")
    let decimal = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let first = text.utf8.first, lowerCase.contains(first) else { return false }
    return text.utf8.allSatisfy { lowerCase.contains($0) || decimal.contains($0) }
  }
}
