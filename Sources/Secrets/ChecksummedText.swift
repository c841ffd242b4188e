/// A text followed by six base62 digits of the CRC-32 of its UTF-8 bytes, so that a mistyped
/// secret is refused without a lookup. The checksum is no secret and proves nothing.
enum ChecksummedText {
  /// 62^6 is more than 2^32.
  static let checksumLength = 6

  static func append(to body: String) -> String {
    body + Base62.encode(CRC32.checksum(body.utf8), width: checksumLength)
  }

  static func isValid(_ text: String) -> Bool {
    guard
      let split = text.utf8.index(
        text.utf8.endIndex, offsetBy: -checksumLength, limitedBy: text.utf8.startIndex)
    else { return false }
    let body = text.utf8[..<split]
    let expected = Base62.encode(CRC32.checksum(body), width: checksumLength)
    return text.utf8[split...].elementsEqual(expected.utf8)
  }
}
