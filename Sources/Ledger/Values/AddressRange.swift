/// An IPv4 or IPv6 network in CIDR form, such as `192.0.2.0/24`; a bare address is a range of one.
package struct AddressRange: Hashable, Sendable {
  package let bytes: [UInt8]
  package let prefix: Int

  /// The prefix of an IPv4 network within IPv6 counts the 96 bits in front, as it is written.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bytes = Self.parse(String(parts[0])) else { return nil }
    self.bytes = bytes
    guard parts.count == 2 else {
      prefix = bytes.count * 8
      return
    }
    let written = parts[0].contains(":") ? 128 : 32
    guard (1...3).contains(parts[1].utf8.count),
      parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      parts[1].utf8.count == 1 || parts[1].first != "0",
      let length = Int(parts[1]), length <= written, length >= written - bytes.count * 8
    else { return nil }
    prefix = length - (written - bytes.count * 8)
  }

  package func contains(_ address: String) -> Bool {
    guard let other = Self.parse(address), other.count == bytes.count else { return false }
    for bit in 0..<prefix {
      let mask = UInt8(0x80) >> UInt8(bit % 8)
      if bytes[bit / 8] & mask != other[bit / 8] & mask { return false }
    }
    return true
  }

  /// Four or sixteen bytes. An IPv4 address within IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
  package static func parse(_ text: String) -> [UInt8]? {
    guard text.contains(":") else { return parseIPv4(text) }
    guard let bytes = parseIPv6(text) else { return nil }
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    return bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
  }

  private static func parseIPv4(_ text: String) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        part.utf8.count == 1 || part.first != "0", let byte = UInt8(part)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func parseIPv6(_ text: String) -> [UInt8]? {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, let head = groups(halves[0], areLast: halves.count == 1) else {
      return nil
    }
    guard halves.count == 2 else { return head.count == 16 ? head : nil }
    guard let tail = groups(halves[1], areLast: true), head.count + tail.count <= 14 else {
      return nil
    }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// Only the last group of an address may be an IPv4 address.
  private static func groups(_ text: Substring, areLast: Bool) -> [UInt8]? {
    if text.isEmpty { return [] }
    var bytes: [UInt8] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (at, part) in parts.enumerated() {
      if areLast, at == parts.count - 1, part.contains(".") {
        guard let last = parseIPv4(String(part)) else { return nil }
        bytes += last
        continue
      }
      guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
        let group = UInt16(part, radix: 16)
      else { return nil }
      bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
    }
    return bytes
  }
}
