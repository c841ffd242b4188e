import Foundation
import Ledger
import Testing

@Suite("Addresses and ranges of them")
struct AddressRangeTests {
  @Test(
    "A range holds its addresses and no other",
    arguments: [
      ("192.0.2.0/24", "192.0.2.255", "192.0.3.0"), ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
      ("192.0.2.7/32", "192.0.2.7", "192.0.2.8"), ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
      ("0.0.0.0/0", "255.255.255.255", "::1"), ("::/0", "ffff::1", "192.0.2.1"),
      ("192.0.2.128/25", "192.0.2.129", "192.0.2.127"),
      ("192.0.2.99/24", "192.0.2.1", "192.0.1.99"),
      ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
      ("2001:DB8::1", "2001:db8::1", "2001:db8::2"),
      ("2001:db8::/127", "2001:db8::1", "2001:db8::2"),
      ("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"),
      ("192.0.2.0/24", "::ffff:192.0.2.9", "::ffff:192.0.3.9"),
      ("192.0.2.0/24", "::ffff:c000:209", "::192.0.2.9"),
      ("::ffff:0:0/96", "203.0.113.5", "2001:db8::1"),
    ])
  func contains(range: String, inside: String, outside: String) throws {
    let range = try #require(AddressRange(range))
    #expect(range.contains(inside))
    #expect(!range.contains(outside))
    #expect(!range.contains("not an address"))
    #expect(!range.contains(""))
  }

  @Test(
    "What is not a range is refused",
    arguments: [
      "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
      "10.0.0.0/ 8", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0/8", "10.0.0.0.0", "10.0.0.256",
      "10.0.0.01", "010.0.0.1", "0x0a.0.0.1", "10.0.0.٣", "10.0.0.0/٨", "::/129", "::/", ":::",
      "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", ":1",
      "1:", "::1%eth0", "[::1]", "::1.2.3", "1.2.3.4::", "1.2.3.4::1", "::1.2.3.4:5",
      "1:2:3:4:5:6:7:1.2.3.4", "10.0.0.0/99999999999999999999", "10.0.0.0/08", "10.0.0.0/00",
      "::ffff:192.0.2.0/24", "::ffff:192.0.2.0/95", "localhost", "\u{0}",
    ])
  func refuses(text: String) { #expect(AddressRange(text) == nil) }

  @Test("A range of addresses cannot be written at any length")
  func longPrefix() {
    #expect(AddressRange("10.0.0.0/" + String(repeating: "0", count: 70_000) + "8") == nil)
  }

  @Test("Addresses are read as inet_pton reads them")
  func agreesWithTheSystem() {
    var random = SeededGenerator(seed: 8)
    let parts = ["::", ":", ".", "0", "1", "12", "ff", "abcd", "255", "256", "01", "1.2.3.4", "/"]
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...12, using: &random)
      let text = (0..<count).map { _ in parts.randomElement(using: &random)! }.joined()
      let expected = system(text)
      if AddressRange.parse(text) != expected {
        Issue.record("\(text) is read as \(String(describing: AddressRange.parse(text)))")
      }
    }
  }

  /// The bytes of an address as the C library reads it; IPv4 within IPv6 as IPv4.
  private func system(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
    let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    return bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
  }
}
