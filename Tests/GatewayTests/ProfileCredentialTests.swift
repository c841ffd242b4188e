import Gateway
import Testing

@Suite("What a request shows of who is asking")
struct ProfileCredentialTests {
  let zazmic: APIProfile
  let azen: APIProfile

  init() throws {
    zazmic = try ProfileFixture.shipped(.zazmic)
    azen = try ProfileFixture.shipped(.azen)
  }

  @Test(
    "A bearer key is found, whatever the case of the scheme",
    arguments: [
      ("Bearer k", PresentedKey.text("k")), ("bearer k", .text("k")), ("BEARER k", .text("k")),
      ("bEaReR   k ", .text("k")), ("Bearer\tk", .text("k")), (" Bearer k", .text("k")),
      ("Bearer", .malformed), ("Bearer ", .malformed), ("Bearer a b", .malformed),
      ("Bearer a, Bearer a", .malformed), ("Bearer kä", .malformed), ("Bearer k\u{0}", .malformed),
      ("Bearer k\r\nX: y", .malformed), ("Bearerk", .none), ("Bear k", .none), ("", .none),
      ("Basic dXNlcjpwYXNz", .none), ("Token k", .none), ("k", .none), ("Bearer:k", .none),
      ("\u{2}earer k", .none), ("Bearer=k", .none),
    ])
  func bearer(value: String, key: PresentedKey) {
    let headers = SentHeaders([("aUTHORIZATION", value), ("azen-api-key", "other")])
    #expect(zazmic.credentials(headers).key == key)
  }

  @Test(
    "A key in a header of its own is the whole value",
    arguments: [
      ("k", PresentedKey.text("k")), (" k\t", .text("k")), ("", .malformed), ("  ", .malformed),
      ("Bearer k", .malformed), ("a b", .malformed), ("ä", .malformed), ("k\u{7f}", .malformed),
      ("a,b", .text("a,b")),
    ])
  func header(value: String, key: PresentedKey) {
    let headers = SentHeaders([("Azen-Api-Key", value), ("Authorization", "Bearer other")])
    #expect(azen.credentials(headers).key == key)
  }

  @Test("No header is no key")
  func absent() {
    #expect(zazmic.credentials(SentHeaders([("azen-api-key", "k")])).key == .none)
    #expect(azen.credentials(SentHeaders([("Authorization", "Bearer k")])).key == .none)
  }

  @Test("A key has a greatest length")
  func longKey() {
    let longest = String(repeating: "k", count: 512)
    #expect(azen.credentials(SentHeaders([("azen-api-key", longest)])).key == .text(longest))
    #expect(azen.credentials(SentHeaders([("azen-api-key", longest + "k")])).key == .malformed)
  }

  @Test("Two keys are none that counts; the same key twice is one")
  func twoKeys() {
    func key(_ values: [String]) -> PresentedKey {
      azen.credentials(SentHeaders(values.map { ("azen-api-key", $0) })).key
    }
    #expect(key(["a", "b"]) == .malformed)
    #expect(key(["a", "b", "a"]) == .malformed)
    #expect(key(["a", "b", "b"]) == .malformed)
    #expect(key(["a", ""]) == .malformed)
    #expect(key(["", "a"]) == .malformed)
    #expect(key(["a", " a"]) == .text("a"))
    #expect(key(["a", "a", "a"]) == .text("a"))
  }

  @Test("Another scheme beside a bearer key does not matter; two bearer keys do")
  func twoSchemes() {
    func key(_ values: [String]) -> PresentedKey {
      zazmic.credentials(SentHeaders(values.map { ("Authorization", $0) })).key
    }
    #expect(key(["Basic dTpw", "Bearer k"]) == .text("k"))
    #expect(key(["Bearer k", "Basic dTpw"]) == .text("k"))
    #expect(key(["Bearer k", "bearer k"]) == .text("k"))
    #expect(key(["Bearer k", "Bearer l"]) == .malformed)
  }

  @Test("A profile with two places takes a key from either, but not two keys")
  func twoPlaces() throws {
    let profile = try ProfileFixture.profile(
      ProfileFixture.document(
        credentials: #"[{"kind":"bearer"},{"kind":"header","name":"X-Key"}]"#))
    func read(_ headers: [(String, String)]) -> PresentedCredentials {
      profile.credentials(SentHeaders(headers))
    }
    #expect(read([("x-key", "k")]).key == .text("k"))
    #expect(read([("authorization", "Bearer k")]).key == .text("k"))
    #expect(read([("authorization", "Bearer k"), ("x-key", "k")]).key == .text("k"))
    #expect(read([("authorization", "Bearer k"), ("x-key", "l")]).key == .malformed)
    #expect(read([("authorization", "Basic k"), ("x-key", "l")]).key == .text("l"))
    #expect(read([]).key == .none)
    #expect(!read([]).wantsSession)
    #expect(read([("X-Organization-Id", "acme")]).tenant == nil)
  }

  @Test("A raw Authorization header can be the place of a key")
  func rawAuthorization() throws {
    let profile = try ProfileFixture.profile(
      ProfileFixture.document(credentials: #"[{"kind":"header","name":"Authorization"}]"#))
    #expect(profile.credentials(SentHeaders([("authorization", "k")])).key == .text("k"))
  }

  @Test("The organization a request names; two names are an organization that does not exist")
  func tenant() {
    func tenant(_ values: [String]) -> String? {
      zazmic.credentials(SentHeaders(values.map { ("x-organization-id", $0) })).tenant
    }
    #expect(tenant([]) == nil)
    #expect(tenant([""]) == nil)
    #expect(tenant([" acme "]) == "acme")
    #expect(tenant(["acme", "acme"]) == "acme")
    #expect(tenant(["acme", "evil"]) == "acme\nevil")
    #expect(tenant(["", "acme"]) == "\nacme")
  }

  @Test("Both shipped profiles take sessions")
  func sessions() {
    #expect(zazmic.credentials(SentHeaders([])).wantsSession)
    #expect(azen.credentials(SentHeaders([])).wantsSession)
  }
}
