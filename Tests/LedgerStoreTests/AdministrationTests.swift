import Foundation
import Ledger
import LedgerStore
import Testing

@Suite("Administration")
struct AdministrationTests {
  @Test("Organizations and users are made once, switched, and told whether anything changed")
  func entities() throws {
    let office = try Office()
    #expect(
      office.refusal(.createOrganization(OrganizationCreation(id: "acme")))
        == .exists(.organization, "acme"))
    #expect(
      office.refusal(.createUser(UserCreation(id: "ada", organization: "acme")))
        == .exists(.user, "ada"))
    let off = AdministrationCall.setUser(id: "ada", EntityPatch(enabled: false))
    #expect(try office.ask(off)["changed"] == .flag(true))
    let again = try office.ask(off)
    #expect(again["changed"] == .flag(false))
    #expect(again["state"] == .text("disabled"))
  }

  @Test("A key's secret begins with its profile's prefix and is found by its hash alone")
  func key() throws {
    let office = try Office()
    let (id, secret) = try office.key()
    #expect(secret.hasPrefix("zz_live_"))
    guard case .hashed(let hashes) = office.writer.hasher.key(secret) else {
      Issue.record("the secret is malformed")
      return
    }
    let found = try office.writer.withBook { book throws(StoreError) in
      hashes.compactMap { book.state.index.keyHashes[$0] }.map { book.state.keys[$0.index].id }
    }
    #expect(found == [id])
    #expect(try office.key { $0.product = "own" }.1.hasPrefix("own_live_"))
    var strange = KeyCreationBody()
    strange.profile = "nothing"
    #expect(
      office.refusal(.createKey(strange, idempotencyKey: nil)) == .unknown(.profile, "nothing"))
  }

  @Test("A key has an owner with an organization, or neither")
  func ownerless() throws {
    let office = try Office()
    var body = KeyCreationBody()
    let row = try office.ask(.createKey(body, idempotencyKey: nil))
    #expect(try row.word("secret").hasPrefix("kl_live_"))
    body.user = "ada"
    #expect(throws: StoreError.self) { try office.ask(.createKey(body, idempotencyKey: nil)) }
  }

  @Test("A creation repeated under its idempotency key answers the key without its secret")
  func idempotency() throws {
    let office = try Office()
    var body = KeyCreationBody()
    (body.organization, body.user) = ("acme", "ada")
    let first = try office.administration.performAndWait(
      .createKey(body, idempotencyKey: "once"), by: Office.clerk)
    #expect(first.isNew)
    let size = try office.size
    let again = try office.administration.performAndWait(
      .createKey(body, idempotencyKey: "once"), by: Office.clerk)
    #expect(!again.isNew)
    #expect(
      again.row
        == Row([
          "id": first.row["id"] ?? .null, "secret": .null, "state": .text("active"),
          "replayed": .flag(true),
        ]))
    body.name = "other"
    #expect(office.refusal(.createKey(body, idempotencyKey: "once")) == .idempotencyConflict)
    #expect(try office.size == size)
  }

  @Test("Changes to a key are made together or not at all")
  func patch() throws {
    let office = try Office()
    let (id, _) = try office.key { $0.name = "first" }
    let size = try office.size
    var patch = KeyPatch()
    (patch.name, patch.enabled, patch.scopes) = (.set("second"), false, ["new.operation"])
    patch.addresses = ["nowhere"]
    #expect(office.refusal(.patchKey(id: id, patch))?.kind == .unprocessable)
    #expect(try office.size == size)
    patch.addresses = ["192.0.2.0/24"]
    let row = try office.ask(.patchKey(id: id, patch))
    #expect(row["name"] == .text("second"))
    #expect(row["state"] == .text("disabled"))
    #expect(row["scopes"] == .list([.text("new.operation")]))
    #expect(row["changed"] == .flag(true))
    #expect(try office.ask(.patchKey(id: id, patch))["changed"] == .flag(false))
    var clearing = KeyPatch()
    (clearing.name, clearing.enabled) = (.clear, true)
    let cleared = try office.ask(.patchKey(id: id, clearing))
    #expect(cleared["name"] == .null)
    #expect(cleared["state"] == .text("active"))
  }

  @Test("A rotated key has a new secret of the same form; a revoked one refuses")
  func rotation() throws {
    let office = try Office()
    let (id, _) = try office.key { $0.environment = .staging }
    let next = try office.ask(.rotateKey(id: id, KeyRotation(graceSeconds: 60)))
    #expect(try next.word("secret").hasPrefix("zz_staging_"))
    let new = try next.word("id")
    #expect(office.refusal(.rotateKey(id: id, KeyRotation())) == .alreadyRotated(key: id, to: new))
    #expect(try office.ask(.revokeKey(id: new))["state"] == .text("revoked"))
    #expect(office.refusal(.rotateKey(id: new, KeyRotation())) == .revoked(key: new))
    #expect(office.refusal(.revokeKey(id: "nothing")) == .unknown(.key, "nothing"))
  }

  @Test("A token is told once, and revoked by its name")
  func tokens() throws {
    let office = try Office()
    let made = try office.ask(.createToken(TokenCreation(name: "t", role: .auditor)))
    let hashes = try #require(office.writer.hasher.token(try made.word("token")))
    let role = try office.writer.withBook { book throws(StoreError) in
      hashes.compactMap { book.state.index.tokens[$0] }.map { book.state.tokens[$0.index].role }
    }
    #expect(role == [.auditor])
    #expect(try office.ask(.revokeToken(name: "t"))["changed"] == .flag(true))
    #expect(try office.ask(.revokeToken(name: "t"))["changed"] == .flag(false))
    #expect(office.refusal(.revokeToken(name: "u")) == .unknown(.token, "u"))
  }

  @Test("A session is denied once")
  func sessions() throws {
    let office = try Office()
    let denial = SessionDenial(jti: "j", expiresAt: Timestamp(seconds: 4_000_000_000))
    let size = try office.size
    #expect(try office.ask(.denySession(denial))["sequence"] == Value(size))
    #expect(try office.ask(.denySession(denial))["sequence"] == .null)
  }

  @Test("A name that nobody has leaves nothing behind, in the log or among the secrets")
  func nobody() throws {
    let office = try Office()
    let before = try office.ledger.bytes(below: office.ledger.directory.secret)
    let size = try office.size
    #expect(
      office.refusal(.grantCredits(CreditGrant(user: "bob", amount: 1))) == .unknown(.user, "bob"))
    #expect(office.refusal(.releaseBlock(user: "bob")) == .unknown(.user, "bob"))
    let report = OutcomeReport(user: "bob", task: "t", outcome: .failed)
    #expect(office.refusal(.reportOutcome(report)) == .unknown(.user, "bob"))
    #expect(try office.size == size)
    #expect(try office.ledger.bytes(below: office.ledger.directory.secret) == before)
  }

  @Test("An answer is the same for a caller that may not block")
  func withoutBlocking() async throws {
    let office = try Office()
    let answer = try await office.administration.perform(
      .grantCredits(CreditGrant(user: "ada", amount: 3)), by: Office.clerk)
    #expect(answer.row == Row(["user": .text("ada"), "balance": .number(3)]))
    let error = await #expect(throws: StoreError.self) {
      _ = try await office.administration.perform(.revokeKey(id: "x"), by: Office.clerk)
    }
    #expect(error.map { "\($0)" }?.contains("'x'") == true)
  }
}
