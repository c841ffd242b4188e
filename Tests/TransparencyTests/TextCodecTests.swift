import Foundation
import Testing
import Transparency

@Suite("Base64, hexadecimal and digests as text")
struct TextCodecTests {
  @Test("Base64 of every length agrees with Foundation's, both ways")
  func oracle() {
    for length in 0..<100 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
      let text = Base64.encode(bytes)
      #expect(text == Data(bytes).base64EncodedString())
      #expect(Base64.decode(text) == bytes)
    }
  }

  @Test(
    "Base64 that is not canonical is refused",
    arguments: [
      "A", "AA", "AAA", "AA=", "=", "==", "====", "A===", "AA==AA==", "AB==", "AAB=", "AA=A",
      "AA==\n", "A A=", "-_==", "AAAA=", "AAAA====", "é===",
    ])
  func strict(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("Hexadecimal is written in lower case and read in both")
  func hex() {
    let bytes: [UInt8] = [0x00, 0x9F, 0xA0, 0xFF]
    #expect(Hex.encode(bytes) == "009fa0ff")
    #expect(Hex.decode("009fa0ff") == bytes)
    #expect(Hex.decode("009FA0FF") == bytes)
    for text in ["0", "0g", "0x00", " 00"] { #expect(Hex.decode(text) == nil) }
  }

  @Test("SHA-256 of the empty string and of FIPS 180-4's \"abc\", whole and in pieces")
  func hash() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(MerkleTree.emptyRoot.hex == empty)
    #expect(SHA256Hash.digest([UInt8]("abc".utf8)).hex == abc)
    var hasher = SHA256Hasher()
    hasher.update(UInt8(ascii: "a"))
    var copy = hasher
    hasher.update([UInt8]("bc".utf8))
    copy.update([UInt8]("xx".utf8))
    #expect(hasher.finalize().hex == abc)
    #expect(copy.finalize().hex != abc)
  }

  @Test("A digest has exactly 32 bytes")
  func length() {
    for count in [0, 31, 33] { #expect(Digest([UInt8](repeating: 1, count: count)) == nil) }
    let bytes = (0..<32).map { UInt8($0) }
    let digest = Digest(bytes)
    #expect(digest?.bytes == bytes)
    #expect(digest.flatMap { Digest(base64: $0.base64) } == digest)
  }
}
