import Foundation
import Ledger
import LedgerStore
import Testing

@Suite("Calls as HTTP requests")
struct CallBodyTests {
  private static let time = Timestamp(seconds: 1_900_000_000)

  static let calls: [AdministrationCall] = {
    var key = KeyCreationBody()
    (key.organization, key.user, key.profile, key.product) = ("acme", "ada", "zazmic", "kl")
    (key.name, key.environment, key.expiresAt) = ("build", .staging, time)
    (key.limit, key.scopes) = (RateLimit(capacity: 5, refill: 5, interval: 60_000_000), ["a.b"])
    key.addresses = ["192.0.2.0/24"]
    var patch = KeyPatch()
    (patch.name, patch.enabled, patch.expiresAt) = (.clear, false, .set(time))
    (patch.limit, patch.metadata) = (.clear, ["team": "core"])
    let odd = "a/b ü?%2f"
    return [
      .createOrganization(OrganizationCreation(id: odd)),
      .setOrganization(id: odd, EntityPatch(enabled: false)),
      .createUser(UserCreation(id: odd, organization: "acme")),
      .setUser(id: "..", EntityPatch(enabled: true)),
      .createKey(key, idempotencyKey: "once"), .createKey(KeyCreationBody(), idempotencyKey: nil),
      .patchKey(id: odd, patch), .patchKey(id: "k", KeyPatch()),
      .rotateKey(id: odd, KeyRotation(graceSeconds: 60)), .rotateKey(id: "k", KeyRotation()),
      .revokeKey(id: odd),
      .createToken(TokenCreation(name: "t", role: .auditor, expiresAt: time)),
      .revokeToken(name: odd), .denySession(SessionDenial(jti: "j", expiresAt: time)),
      .grantCredits(CreditGrant(user: "ada", amount: 3)), .releaseBlock(user: odd),
      .reportOutcome(OutcomeReport(user: "ada", task: "t", outcome: .failed, sequence: 7)),
    ]
  }()

  @Test("Every call is read back from the request it makes", arguments: calls)
  func roundTrip(call: AdministrationCall) throws {
    let (method, path) = call.route
    let url = try #require(URL(string: "http://service\(path)"))
    let prefix = "/v1/"
    #expect(path.hasPrefix(prefix))
    let segments = path.dropFirst(prefix.count).split(separator: "/")
      .map { String($0).removingPercentEncoding ?? "" }
    #expect(url.absoluteString.hasSuffix(path))
    let read = try AdministrationCall(
      method: method, segments: segments, body: try call.body() ?? [],
      idempotencyKey: call.idempotencyKey)
    #expect(read == call)
  }

  @Test("What is none of a call's requests is none")
  func noCall() throws {
    for (method, segments) in [
      ("GET", ["keys"]), ("POST", ["keys", "k"]), ("POST", ["keys", "k", "destroy"]),
      ("PATCH", ["tokens", "t"]), ("POST", []), ("POST", ["sessions", "allow"]),
    ] {
      #expect(try AdministrationCall(method: method, segments: segments, body: []) == nil)
    }
  }

  static let bad: [(String, String)] = [
    (#"{"name":"x","colour":"red"}"#, "'colour'"), (#"{"name":7}"#, "'name'"),
    (#"{"enabled":null}"#, "'enabled'"), (#"{"scopes":"all"}"#, "'scopes'"),
    (#"{"scopes":[1]}"#, "'scopes"), (#"{"metadata":{"a":1}}"#, "'metadata"),
    (#"{"limit":"x"}"#, "60/60s"), (#"{"limit":"0/60s"}"#, "'limit'"),
    (#"{"expiresAt":5}"#, "'expiresAt'"), (#"{"expiresAt":"tomorrow"}"#, "a time such as"),
    ("[]", "the body"), ("{", "not JSON"), ("nonsense", "not JSON"),
  ]

  @Test("A body that cannot be read is told by the name of what is wrong", arguments: bad)
  func badBodies(json: String, told: String) throws {
    let error = #expect(throws: StoreError.self) { _ = try KeyPatch(json: Array(json.utf8)) }
    guard case .invalid(let message)? = error else {
      Issue.record("expected an invalid body, got \(String(describing: error))")
      return
    }
    #expect(message.contains(told))
  }

  @Test("A member that is missing is named, and so is a role that is none")
  func missing() throws {
    let first = #expect(throws: StoreError.self) {
      _ = try UserCreation(json: Array(#"{"id":"ada"}"#.utf8))
    }
    #expect(first.map { "\($0)" } == "'organization' is missing")
    let second = #expect(throws: StoreError.self) {
      _ = try TokenCreation(json: Array(#"{"name":"t","role":"god"}"#.utf8))
    }
    #expect(second.map { "\($0)" }?.contains("admin, auditor, billing, gateway") == true)
  }

  @Test("Absent leaves, null clears, a value sets")
  func settings() throws {
    let patch = try KeyPatch(json: Array(#"{"name":null,"limit":"2/1h"}"#.utf8))
    #expect(patch.name == .clear)
    #expect(patch.limit == .set(RateLimit(capacity: 2, refill: 2, interval: 3_600_000_000)))
    #expect(patch.expiresAt == .leave)
    #expect(patch.enabled == nil)
  }

  @Test("A body has one form, whatever the order it came in")
  func canonical() throws {
    let a = try KeyCreationBody(json: Array(#"{"name":"x","limit":"60/1m","user":"u"}"#.utf8))
    let b = try KeyCreationBody(json: Array(#"{ "user":"u", "limit":"60/60s","name":"x" }"#.utf8))
    #expect(try a.json() == b.json())
  }

  @Test(
    "A limit is written as it is read", arguments: ["60/60s", "2/1h", "1/90s", "7/1d", "1/36h"])
  func limits(text: String) throws {
    #expect(try #require(RateLimit(text: text)).text == text)
  }
}
