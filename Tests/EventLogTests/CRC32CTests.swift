import CCRC32C
import Testing

@Suite("CRC32C")
struct CRC32CTests {
  @Test("The check value of RFC 3720's polynomial")
  func checkValue() {
    let digits = Array("123456789".utf8)
    #expect(crc32c_extend(0, digits, digits.count) == 0xE306_9283)
    #expect(crc32c_extend_portable(0, digits, digits.count) == 0xE306_9283)
  }

  @Test("The vectors of RFC 3720 appendix B.4")
  func vectors() {
    let ascending = [UInt8](0..<32)
    let cases: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (ascending, 0x46DD_794E),
      (ascending.reversed(), 0x113F_DB5C),
    ]
    for (bytes, expected) in cases {
      #expect(crc32c_extend(0, bytes, bytes.count) == expected)
      #expect(crc32c_extend_portable(0, bytes, bytes.count) == expected)
    }
  }

  @Test("Hardware and portable code agree at every length and alignment, whole and in pieces")
  func agreement() {
    let bytes = noise(300)
    bytes.withUnsafeBytes { buffer in
      let base = buffer.baseAddress!
      for start in 0..<9 {
        for length in 0..<100 {
          let whole = crc32c_extend(7, base + start, length)
          #expect(whole == crc32c_extend_portable(7, base + start, length))
          let first = crc32c_extend(7, base + start, length / 3)
          #expect(whole == crc32c_extend(first, base + start + length / 3, length - length / 3))
        }
      }
    }
  }
}
