import Testing
import Transparency

@Suite("Verifier keys")
struct VerifierKeyTests {
  let key = VerifierKey(
    name: "example.org/log", algorithm: .ed25519, publicKey: [UInt8](repeating: 7, count: 32))

  @Test("A changed character anywhere is refused or gives another key")
  func changed() throws {
    let key = try #require(key)
    let text = key.description
    for place in text.indices {
      var changed = text
      changed.replaceSubrange(place...place, with: text[place] == "A" ? "B" : "A")
      #expect(VerifierKey(parsing: changed) != key, "\(changed)")
    }
  }

  @Test("A key whose id belongs to another name, algorithm or key is refused")
  func identity() throws {
    let key = try #require(key)
    let blob = Base64.encode([1] + key.publicKey)
    #expect(VerifierKey(parsing: "\(key.name)+\(key.keyID)+\(blob)") == key)
    #expect(VerifierKey(parsing: "other+\(key.keyID)+\(blob)") == nil)
    let cosigner = Base64.encode([4] + key.publicKey)
    #expect(VerifierKey(parsing: "\(key.name)+\(key.keyID)+\(cosigner)") == nil)
    let other = Base64.encode([1] + [UInt8](repeating: 8, count: 32))
    #expect(VerifierKey(parsing: "\(key.name)+\(key.keyID)+\(other)") == nil)
  }

  @Test(
    "Malformed text is refused",
    arguments: ["", "a", "a+00000000", "a+0000000+AQ==", "+00000000+AQ==", "a b+00000000+AQ=="])
  func malformed(text: String) {
    #expect(VerifierKey(parsing: text) == nil)
  }

  @Test("A seed of the wrong length or an impossible name is refused")
  func signingKeys() {
    #expect(SigningKey(name: "a", seed: [UInt8](repeating: 0, count: 31)) == nil)
    #expect(SigningKey(name: "a", seed: [UInt8](repeating: 0, count: 33)) == nil)
    for name in ["", "a b", "a+b", "a\n", "a\u{2003}b"] { #expect(SigningKey(name: name) == nil) }
  }
}
