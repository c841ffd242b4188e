package import Transparency

/// The file `signing.key`: the key that signs checkpoints and snapshots.
///
/// ```
/// keyledger-signing-key-v1
/// origin <origin>
/// seed <base64 of the 32-byte Ed25519 seed>
/// verifier <verifier key>
/// ```
///
/// The verifier key follows from the lines before it; it is there so that damage is found.
package enum SigningKeyFile {
  private static let firstLine = "keyledger-signing-key-v1"
  private static let originLabel = "origin "
  private static let seedLabel = "seed "
  private static let verifierLabel = "verifier "

  /// Makes a new key; refuses to overwrite one.
  package static func create(
    in directory: SecretsDirectory, origin: String
  ) throws(SecretsError) -> SigningKey {
    guard let key = SigningKey(name: origin) else { throw .invalidOrigin(origin) }
    try SecretFile.create(directory.signingKeyPath, with: [UInt8](text(of: key).utf8))
    return key
  }

  package static func load(from directory: SecretsDirectory) throws(SecretsError) -> SigningKey {
    let path = directory.signingKeyPath
    let bytes = try SecretFile.read(path)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.first == firstLine else {
      throw .damaged(path: path, offset: 0, expected: "the line \(firstLine)")
    }
    guard lines.count == 5, lines[1].hasPrefix(originLabel), lines[2].hasPrefix(seedLabel),
      let seed = Base64.decode(lines[2].dropFirst(seedLabel.count)),
      let key = SigningKey(name: String(lines[1].dropFirst(originLabel.count)), seed: seed)
    else {
      throw .damaged(
        path: path, offset: firstLine.utf8.count + 1,
        expected: "the lines origin, seed and verifier")
    }
    let expected = [UInt8](text(of: key).utf8)
    guard bytes == expected else {
      let same = zip(bytes, expected).prefix { $0 == $1 }.count
      throw .damaged(path: path, offset: same, expected: "the verifier key of origin and seed")
    }
    return key
  }

  private static func text(of key: SigningKey) -> String {
    """
    \(firstLine)
    \(originLabel)\(key.name)
    \(seedLabel)\(Base64.encode(key.seed))
    \(verifierLabel)\(key.verifierKey)

    """
  }
}
