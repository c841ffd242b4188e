import Gateway
import Ledger
import Testing

@Suite("What a refusal looks like")
struct ProfileAnswerTests {
  let zazmic: APIProfile
  let azen: APIProfile

  init() throws {
    zazmic = try ProfileFixture.shipped(.zazmic)
    azen = try ProfileFixture.shipped(.azen)
  }

  static let bad: [Reason] = [
    .malformedCredential, .unknownKey, .revoked, .disabled, .expired, .missingMetadata,
    .wrongProfile,
  ]
  static let none: [Reason] = [.noCredential, .sessionInvalid, .sessionExpired, .sessionDenied]
  static let forbidden: [Reason] = [
    .wrongTenant, .addressNotAllowed, .missingPermission, .forbidden,
  ]

  func flat(_ answer: ProfileAnswer) -> [String] {
    ["\(answer.status)"] + answer.headers.map { "\($0.name): \($0.value)" } + [answer.body]
  }

  @Test("Without a credential, zazmic and azen answer 401 in their own words", arguments: none)
  func noCredential(reason: Reason) {
    #expect(
      flat(zazmic.answer(to: RefusalFacts(reason: reason))) == [
        "401", "Content-Type: application/json", #"WWW-Authenticate: Bearer realm="zazmic""#,
        #"{"error":"Unauthorized","message":"No authorization header provided"}"#,
      ])
    #expect(
      flat(azen.answer(to: RefusalFacts(reason: reason))) == [
        "401", "Content-Type: application/json", #"WWW-Authenticate: ApiKey realm="azen""#,
        #"{"status":"unauthorized","message":"no api key","code":401}"#,
      ])
  }

  @Test("A bad key is 401 at zazmic", arguments: bad)
  func badKey(reason: Reason) {
    #expect(
      flat(zazmic.answer(to: RefusalFacts(reason: reason))) == [
        "401", "Content-Type: application/json",
        #"WWW-Authenticate: Bearer realm="zazmic", error="invalid_token""#,
        #"{"error":"Unauthorized","message":"Invalid API key"}"#,
      ])
  }

  @Test("No permission, another organization or address is 403 at zazmic", arguments: forbidden)
  func noPermission(reason: Reason) {
    #expect(
      flat(zazmic.answer(to: RefusalFacts(reason: reason))) == [
        "403", "Content-Type: application/json",
        #"{"error":"Forbidden","message":"Insufficient permissions"}"#,
      ])
  }

  @Test("Azen tells nothing of why a key is refused", arguments: bad + forbidden)
  func azenTellsNothing(reason: Reason) {
    #expect(
      flat(azen.answer(to: RefusalFacts(reason: reason))) == [
        "403", "Content-Type: application/json",
        #"{"status":"forbidden","message":"Invalid API key","code":403}"#,
      ])
  }

  @Test("Limited: number and unit of the limit, Retry-After, and the headers of the shown limit")
  func limited() {
    let standing = LimitStanding(
      limit: 10, remaining: 0, reset: 1_642_252_800, windowSeconds: 60, retryAfter: 17)
    let facts = RefusalFacts(reason: .rateLimited, standing: standing, refusing: standing)
    #expect(
      flat(zazmic.answer(to: facts)) == [
        "429", "Content-Type: application/json", "Retry-After: 17", "X-RateLimit-Limit: 10",
        "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 1642252800",
        #"{"error":"Rate limit exceeded","message":"#
          + #""You have exceeded the rate limit of 10 requests per minute"}"#,
      ])
    #expect(
      flat(azen.answer(to: facts)) == [
        "429", "Content-Type: application/json", "Retry-After: 17",
        #"{"status":"rate_limited","message":"Rate limit exceeded for this API key","code":429}"#,
      ])
  }

  @Test("The other refusals, byte for byte")
  func others() {
    let block = RefusalFacts(reason: .abuseBlocked, retryAfter: 599)
    #expect(
      flat(zazmic.answer(to: block)) == [
        "429", "Content-Type: application/json", "Retry-After: 599",
        #"{"error":"Too Many Requests","message":"#
          + #""Account temporarily blocked due to repeated task failures"}"#,
      ])
    #expect(
      flat(zazmic.answer(to: RefusalFacts(reason: .insufficientCredits))) == [
        "403", "Content-Type: application/json",
        #"{"error":"Forbidden","message":"#
          + #""Insufficient balance. Please add credits to your account."}"#,
      ])
    #expect(
      flat(zazmic.answer(to: RefusalFacts(reason: .overloaded))) == [
        "503", "Content-Type: application/json",
        #"{"error":"Service Unavailable","message":"The request could not be recorded"}"#,
      ])
    #expect(
      flat(azen.answer(to: RefusalFacts(reason: .overloaded, retryAfter: 2))) == [
        "503", "Content-Type: application/json", "Retry-After: 2",
        #"{"status":"unavailable","message":"The request could not be recorded","code":503}"#,
      ])
  }

  @Test("A 429 always has a Retry-After, of at least 1", arguments: [nil, -5, 0, 1, 2] as [Int64?])
  func retryAfter(seconds: Int64?) {
    let facts = RefusalFacts(reason: .abuseBlocked, retryAfter: seconds)
    let values = zazmic.answer(to: facts).headers.filter { $0.name == "Retry-After" }.map(\.value)
    #expect(values == [String(max(1, seconds ?? 1))])
  }

  @Test(
    "The unit is a word where there is one",
    arguments: [
      (1, "second"), (60, "minute"), (3_600, "hour"), (86_400, "day"), (2, "2 seconds"),
      (90, "90 seconds"), (604_800, "604800 seconds"),
    ] as [(Int64, String)])
  func units(seconds: Int64, unit: String) throws {
    let profile = try ProfileFixture.profile(
      ProfileFixture.document(
        limited: #"{"status":429,"body":"${limit}$${limit}/${unit}$ {x} $"}"#))
    let refusing = LimitStanding(
      limit: 7, remaining: 0, reset: 0, windowSeconds: seconds, retryAfter: 0)
    let answer = profile.answer(to: RefusalFacts(reason: .rateLimited, refusing: refusing))
    #expect(answer.body == "7$7/\(unit)$ {x} $")
    #expect(answer.headers.map(\.name) == ["Retry-After"])
    #expect(answer.headers.map(\.value) == ["1"])
  }

  @Test("Every reason has an answer, even what is no refusal", arguments: Reason.allCases)
  func everyReason(reason: Reason) throws {
    let least = try ProfileFixture.profile(ProfileFixture.document())
    for profile in [zazmic, azen, least] {
      let answer = profile.answer(to: RefusalFacts(reason: reason))
      #expect((400...599).contains(answer.status))
    }
    if reason == .allowed || reason == .unspecified {
      #expect(zazmic.answer(to: RefusalFacts(reason: reason)).status == 503)
    }
  }

  @Test("Headers speak of the limit only where a profile shows one and somebody is asking")
  func limitHeaders() {
    let standing = LimitStanding(
      limit: 10, remaining: 7, reset: 1_642_252_800, windowSeconds: 60, retryAfter: 0)
    let shown = zazmic.limitHeaders(standing).map { "\($0.name): \($0.value)" }
    #expect(
      shown == [
        "X-RateLimit-Limit: 10", "X-RateLimit-Remaining: 7", "X-RateLimit-Reset: 1642252800",
      ])
    #expect(zazmic.limitHeaders(nil).isEmpty)
    #expect(azen.limitHeaders(standing).isEmpty)
  }

  @Test("A body in a header has no line breaks and is the same JSON")
  func bodyAsHeader() throws {
    let profile = try ProfileFixture.profile(
      ProfileFixture.document(limited: #"{"status":429,"body":"{\r\n\t\"a\": \"ä\"\n}"}"#))
    let answer = profile.answer(to: RefusalFacts(reason: .rateLimited))
    #expect(answer.body == "{\r\n\t\"a\": \"ä\"\n}")
    #expect(answer.bodyAsHeader == "{   \"a\": \"ä\" }")
    let plain = zazmic.answer(to: RefusalFacts(reason: .noCredential))
    #expect(plain.bodyAsHeader == plain.body)
  }
}
