import Transparency

/// The file `pepper`:
///
/// ```
/// keyledger-pepper-v1
/// <number> <base64 of 32 bytes>      one line each, numbers ascending; the last is current
/// crc32 <8 hexadecimal digits>       CRC-32 of all bytes before this line
/// ```
enum PepperFile {
  private static let firstLine = "keyledger-pepper-v1"

  static func encode(_ versions: [Pepper.Version]) -> [UInt8] {
    var text = firstLine + "\n"
    for version in versions { text += "\(version.number) \(Base64.encode(version.key.bytes))\n" }
    let checksum = CRC32.checksum(text.utf8)
    text += "crc32 \(Hex.encode(withUnsafeBytes(of: checksum.bigEndian) { [UInt8]($0) }))\n"
    return [UInt8](text.utf8)
  }

  static func decode(_ bytes: [UInt8], path: String) throws(SecretsError) -> Pepper {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.first == firstLine else {
      throw .damaged(path: path, offset: 0, expected: "the line \(firstLine)")
    }
    var offset = firstLine.utf8.count + 1
    var versions: [Pepper.Version] = []
    for line in lines.dropFirst().dropLast(2) {
      guard let version = version(line) else {
        throw .damaged(path: path, offset: offset, expected: "a number and 32 bytes in base64")
      }
      versions.append(version)
      offset += line.utf8.count + 1
    }
    // Encoding again finds what the fields alone do not: the checksum, other spellings, a cut.
    guard encode(versions) == bytes else {
      throw .damaged(path: path, offset: offset, expected: "the checksum of the lines before it")
    }
    guard let pepper = Pepper(versions) else {
      throw .damaged(
        path: path, offset: firstLine.utf8.count + 1, expected: "peppers numbered upwards from 1")
    }
    return pepper
  }

  private static func version(_ line: String) -> Pepper.Version? {
    let fields = line.split(separator: " ", omittingEmptySubsequences: false)
    guard fields.count == 2, let number = Int(fields[0]), let bytes = Base64.decode(fields[1]),
      let key = SecretKey(bytes)
    else { return nil }
    return Pepper.Version(number: number, key: key)
  }
}
