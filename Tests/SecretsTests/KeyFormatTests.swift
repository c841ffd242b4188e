import Secrets
import Testing

@Suite("The form of keys and tokens")
struct KeyFormatTests {
  static let base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

  @Test("A generated key is read back as what it was made for", arguments: KeyEnvironment.allCases)
  func roundTrip(environment: KeyEnvironment) throws {
    let format = try #require(APIKeyFormat(product: "zazmic", environment: environment))
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let key = format.generate(using: &generator)
      #expect(key.utf8.count == "zazmic_".count + environment.rawValue.count + 1 + 36)
      #expect(APIKeyFormat(parsing: key) == format)
    }
    #expect(APIKeyFormat(parsing: format.generate()) == format)
    #expect(format.generate() != format.generate())
  }

  /// Made with Python's `zlib.crc32` over all but the last six characters, written in base62.
  @Test("The checksum is CRC-32 of what stands before it, six base62 digits, zero padded")
  func knownKeys() {
    for key in Self.knownKeys { #expect(APIKeyFormat(parsing: key) != nil, "\(key)") }
  }

  static let knownKeys = [
    "zazmic_live_0000000000000000000000000000001QZN9J",
    "azen_test_abcdefghijklmnopqrstuvwxyzABCD1klep6",
    "a_staging_00000000000000000000000000012000zNP0",
  ]

  @Test("A key with any one character changed to any other is refused")
  func changedCharacter() throws {
    let format = try #require(APIKeyFormat(product: "azen", environment: .live))
    var generator = SeededGenerator(seed: 2)
    let key = [UInt8](format.generate(using: &generator).utf8)
    for place in key.indices {
      for character in UInt8(0x20)...0x7E where character != key[place] {
        var changed = key
        changed[place] = character
        let text = String(decoding: changed, as: UTF8.self)
        #expect(APIKeyFormat(parsing: text) == nil, "\(text)")
      }
    }
  }

  @Test("Two neighbouring characters exchanged, one left out or one added are refused")
  func mistyped() throws {
    let format = try #require(APIKeyFormat(product: "azen", environment: .test))
    var generator = SeededGenerator(seed: 3)
    let key = [Character](format.generate(using: &generator))
    for place in key.indices.dropLast() {
      var swapped = key
      swapped.swapAt(place, place + 1)
      #expect(APIKeyFormat(parsing: String(swapped)) == nil || swapped == key)
      var short = key
      short.remove(at: place)
      #expect(APIKeyFormat(parsing: String(short)) == nil)
      var long = key
      long.insert("0", at: place)
      #expect(APIKeyFormat(parsing: String(long)) == nil)
    }
  }

  @Test("A product that is not lower-case letters and digits after a letter is refused")
  func products() {
    for product in ["", "1a", "A", "aB", "a_b", "a-b", "é", "a "] {
      #expect(APIKeyFormat(product: product, environment: .live) == nil)
    }
    #expect(APIKeyFormat(product: "a1", environment: .live) != nil)
  }

  @Test("What is shown of a key is its prefix and its last four characters")
  func hint() throws {
    let format = try #require(APIKeyFormat(product: "azen", environment: .staging))
    let key = format.generate()
    #expect(APIKeyFormat.displayHint(of: key) == "azen_staging_…" + key.suffix(4))
    #expect(APIKeyFormat.displayHint(of: String(key.dropLast())) == nil)
  }

  @Test("A token is recognized, and with one character changed it is not")
  func tokens() {
    var generator = SeededGenerator(seed: 4)
    let token = TokenFormat.generate(using: &generator)
    #expect(token.hasPrefix("klt_"))
    #expect(token.count == 4 + 43 + 6)
    #expect(TokenFormat.isValid(token))
    #expect(TokenFormat.displayHint(of: token) == "klt_…" + token.suffix(4))
    #expect(TokenFormat.generate() != TokenFormat.generate())
    for place in token.indices {
      for character in Self.base62 where character != token[place] {
        var changed = token
        changed.replaceSubrange(place...place, with: [character])
        #expect(!TokenFormat.isValid(changed), "\(changed)")
      }
    }
    #expect(!TokenFormat.isValid(""))
    #expect(!TokenFormat.isValid("klt_"))
    #expect(TokenFormat.displayHint(of: "klt_") == nil)
  }

  @Test("Random digits are all of the 62, about as often")
  func distribution() throws {
    let format = try #require(APIKeyFormat(product: "a", environment: .live))
    var generator = SeededGenerator(seed: 5)
    var counts: [Character: Int] = [:]
    for _ in 0..<2_000 {
      let key = format.generate(using: &generator)
      for digit in key.dropFirst("a_live_".count).prefix(30) { counts[digit, default: 0] += 1 }
    }
    // 60,000 digits: 968 of each expected, standard deviation 31.
    #expect(counts.count == 62)
    #expect(counts.values.allSatisfy { (800...1_140).contains($0) })
  }
}
