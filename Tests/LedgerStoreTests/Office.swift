import Ledger
import LedgerStore
import Testing

/// A writer with an organization, a user and a profile, and what tests ask of it.
final class Office {
  let ledger: TemporaryLedger
  let writer: LedgerWriter
  let administration: Administration
  static let clerk = Actor(operatorID: 7)

  init(_ options: WriterOptions = WriterOptions(program: "test")) throws {
    ledger = try TemporaryLedger()
    writer = try LedgerWriter(ledger.directory, options: options)
    administration = Administration(writer)
    try ask(.createOrganization(OrganizationCreation(id: "acme")))
    try ask(.createUser(UserCreation(id: "ada", organization: "acme")))
    _ = try writer.perform(
      Proposal(by: Self.clerk) { _, _, _ in
        .success(
          .setProfile(
            name: "shop", document: #"{"name":"shop","keyPrefix":"zz"}"#, Office.rules))
      })
  }

  deinit { _ = try? writer.close() }

  /// Two a minute for a key, and a credit for each.
  private static let rules = ProfileRules(
    limits: [
      ProfileRules.Limit(
        operation: nil, algorithm: .tokenBucket, scope: .key,
        limit: RateLimit(capacity: 2, refill: 2, interval: 3_600_000_000), isCustomizable: true,
        isShown: true)
    ], costs: [ProfileRules.Cost(operation: "buy", credits: 1)],
    abuse: AbuseRule(threshold: 3, window: 60_000_000, duration: 60_000_000),
    operations: ["buy"])

  @discardableResult
  func ask(_ call: AdministrationCall) throws -> Row {
    try administration.performAndWait(call, by: Self.clerk).row
  }

  func refusal(_ call: AdministrationCall) -> Refusal? {
    let error = #expect(throws: StoreError.self) { try ask(call) }
    guard case .refused(let refusal)? = error else { return nil }
    return refusal
  }

  /// A key of ada's for the shop: id and secret.
  func key(_ change: (inout KeyCreationBody) -> Void = { _ in }) throws -> (String, String) {
    var body = KeyCreationBody()
    (body.organization, body.user, body.profile) = ("acme", "ada", "shop")
    change(&body)
    let row = try ask(.createKey(body, idempotencyKey: nil))
    return (try row.word("id"), try row.word("secret"))
  }

  func buy(_ secret: String) async throws -> RequestOutcome {
    var facts = RequestFacts(profile: ProfileOrdinal(UInt32(0)), operation: "buy")
    facts.key = writer.hasher.key(secret)
    return try await writer.decide(RequestProposal(facts, userAgent: nil)).get()
  }

  var size: UInt64 {
    get throws { try writer.withBook { book throws(StoreError) in book.logSize } }
  }
}

extension Row {
  func word(_ name: String) throws -> String {
    guard case .text(let text)? = self[name] else {
      throw StoreError.invalid("no text '\(name)'")
    }
    return text
  }
}
