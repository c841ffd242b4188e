/// A secret's keyed hash, and the pepper it was made under.
package struct PepperedHash: Hashable, Sendable {
  /// Number of the pepper, from 1.
  package let pepperVersion: Int
  /// HMAC-SHA256: 32 bytes.
  package let hash: [UInt8]
}

/// The keys under which API keys and tokens are hashed, so that a copy of the log does not allow
/// to try out keys. The latest is current; the retired ones still find what was hashed under them.
package struct Pepper: Sendable {
  /// One pepper, numbered from 1.
  struct Version {
    let number: Int
    let key: SecretKey
  }

  /// Ascending by number; never empty.
  private var versions: [Version]

  /// Nil if there is none or the numbers do not ascend from 1 or above.
  init?(_ versions: [Version]) {
    guard let first = versions.first, first.number >= 1,
      zip(versions, versions.dropFirst()).allSatisfy({ $0.number < $1.number })
    else { return nil }
    self.versions = versions
  }

  /// The first pepper; refuses to overwrite one, because every key's hash depends on it.
  package static func create(in directory: SecretsDirectory) throws(SecretsError) -> Pepper {
    let pepper = Pepper(first: .random())
    try SecretFile.create(directory.pepperPath, with: PepperFile.encode(pepper.versions))
    return pepper
  }

  package static func load(from directory: SecretsDirectory) throws(SecretsError) -> Pepper {
    let path = directory.pepperPath
    return try PepperFile.decode(SecretFile.read(path), path: path)
  }

  /// Number of the pepper under which new secrets are hashed.
  package var currentVersion: Int { versions[versions.count - 1].number }

  /// The hash of a new secret.
  package func currentHash(secret: String) -> PepperedHash {
    hash([UInt8](secret.utf8), under: versions[versions.count - 1])
  }

  /// Every hash a secret may be stored under, the current pepper's first: one HMAC per pepper,
  /// whether the secret is known or not.
  package func hash(secret: String) -> [PepperedHash] {
    let bytes = [UInt8](secret.utf8)
    return versions.reversed().map { hash(bytes, under: $0) }
  }

  /// Adds a new current pepper, durable before it is used, and retires the one before. Its number.
  package mutating func rotate(in directory: SecretsDirectory) throws(SecretsError) -> Int {
    let next = Version(number: currentVersion + 1, key: .random())
    try SecretFile.replace(directory.pepperPath, with: PepperFile.encode(versions + [next]))
    versions.append(next)
    return next.number
  }

  private init(first key: SecretKey) {
    versions = [Version(number: 1, key: key)]
  }

  private func hash(_ secret: [UInt8], under version: Version) -> PepperedHash {
    PepperedHash(
      pepperVersion: version.number, hash: version.key.authenticationCode(for: secret))
  }
}
