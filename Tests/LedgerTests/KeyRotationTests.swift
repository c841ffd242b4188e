import Ledger
import Testing

@Suite("Rotation of a key")
struct KeyRotationTests {
  var book = Book.withKey()

  @discardableResult
  private mutating func rotate(
    _ from: String, to: String, grace: Int64 = 60, at moment: Timestamp
  ) -> Result<[Event], Refusal> {
    book.run(
      .rotateKey(book.key(from), id: to, secret: secret("secret of \(to)"), grace: grace),
      at: moment)
  }

  @Test("The new key is of the same lineage and takes over everything but the secret")
  mutating func takesOver() throws {
    let limit = RateLimit(capacity: 5, refill: 5, interval: 60_000_000)
    let key = book.key("k1")
    book.run(.setScopes(key, ["read"]))
    book.run(.setAddresses(key, ["10.0.0.0/8"]))
    book.run(.setRateLimit(key, limit))
    book.run(.setExpiry(key, time(9_000)))
    book.run(.setMetadata(key, [MetadataEntry(name: "team", value: "x")]))
    let events = try rotate("k1", to: "k2", at: time(1_000)).get()
    #expect(events.map(\.body.type) == [.keyRotated])
    let (old, new) = (book.state.keys[key.index], book.state.keys[book.key("k2").index])
    #expect(old.rotatedTo == book.key("k2"))
    #expect(new.rotatedTo == nil)
    #expect(new.lineage == key && old.lineage == key)
    #expect(new.owner == old.owner)
    #expect(new.name == old.name && new.environment == old.environment && new.kind == old.kind)
    #expect(new.scopes == old.scopes && new.addresses == old.addresses)
    #expect(new.limit?.value?.limit == limit)
    #expect(new.metadata == old.metadata)
    #expect(new.expires?.value?.time == time(9_000))
    #expect(new.created?.happened == time(1_000))
    #expect(new.hash == secretHash("secret of k2") && old.hash == secretHash("secret of k1"))
    #expect(book.state.index.keyHashes[secretHash("secret of k1")] == key)
    #expect(book.state.index.keyHashes[secretHash("secret of k2")] == book.key("k2"))
  }

  @Test("The secret before works until the grace period ends")
  mutating func grace() {
    rotate("k1", to: "k2", grace: 60, at: time(1_000))
    #expect(book.status("k1", at: time(1_059)) == .active)
    #expect(book.status("k1", at: time(1_060)) == .expired)
    #expect(book.status("k2", at: time(1_060)) == .active)
  }

  @Test("The secret before never works longer than it would have")
  mutating func graceEndsWithExpiry() {
    book.run(.setExpiry(book.key("k1"), time(1_030)))
    rotate("k1", to: "k2", grace: 60, at: time(1_000))
    #expect(book.state.expiry(of: book.key("k1"))?.time == time(1_030))
    #expect(book.state.expiry(of: book.key("k2"))?.time == time(1_030))
  }

  @Test("Without grace the secret before stops at once, with endless grace it never does")
  mutating func extremes() {
    rotate("k1", to: "k2", grace: 0, at: time(1_000))
    #expect(book.status("k1", at: time(1_000)) == .expired)
    rotate("k2", to: "k3", grace: .max, at: time(1_001))
    #expect(book.status("k2", at: time(1_000_000_000)) == .active)
  }

  @Test("A key is rotated once; its successor can be rotated again, in the same lineage")
  mutating func chain() {
    rotate("k1", to: "k2", at: time(1_000))
    #expect(
      rotate("k1", to: "k3", at: time(1_001)) == .failure(.alreadyRotated(key: "k1", to: "k2")))
    #expect(rotate("k2", to: "k3", at: time(1_002)).isSuccess)
    #expect(book.state.keys[book.key("k3").index].lineage == book.key("k1"))
    #expect(book.status("k2", at: time(1_061)) == .active)
    #expect(book.status("k2", at: time(1_062)) == .expired)
  }

  @Test("A rotation to an id that exists, with a negative grace, or of an expired key is refused")
  mutating func refusals() {
    #expect(rotate("k1", to: "k1", at: time(1_000)) == .failure(.exists(.key, "k1")))
    book.run(.createKey(newKey("k2")))
    #expect(rotate("k1", to: "k2", at: time(1_000)) == .failure(.exists(.key, "k2")))
    guard case .failure(.invalid) = rotate("k1", to: "k3", grace: -1, at: time(1_000)) else {
      Issue.record("a negative grace period was accepted")
      return
    }
    book.run(.setExpiry(book.key("k1"), time(1_000)))
    #expect(rotate("k1", to: "k3", at: time(1_000)) == .failure(.expired(key: "k1")))
  }

  @Test("Revoking one key of a lineage leaves the other")
  mutating func revokeOne() {
    rotate("k1", to: "k2", grace: 600, at: time(1_000))
    book.run(.revokeKey(book.key("k1")), at: time(1_001))
    #expect(book.status("k1") == .revoked)
    #expect(book.status("k2") == .active)
    rotate("k2", to: "k3", grace: 600, at: time(1_002))
    book.run(.revokeKey(book.key("k3")), at: time(1_003))
    #expect(book.status("k2") == .active)
  }

  @Test("What ends the secret before cannot be put off after the rotation")
  mutating func graceIsFinal() {
    rotate("k1", to: "k2", grace: 60, at: time(1_000))
    let outcome = book.run(.setExpiry(book.key("k1"), nil), at: time(1_001))
    guard case .failure(.alreadyRotated) = outcome else {
      Issue.record("a rotated key was given more time")
      return
    }
    #expect(book.status("k1", at: time(1_060)) == .expired)
  }

  @Test("Keys of imported history have no secret to rotate")
  mutating func imported() {
    book.run(
      .importRequest(History.request("e1", at: time(-100), by: "amy", key: "AKIA1", in: book)))
    guard case .failure(.invalid) = rotate("AKIA1", to: "k2", at: time(1_000)) else {
      Issue.record("a key without a secret was rotated")
      return
    }
  }

  @Test("A rotation of a key nobody introduced still claims its ordinal, and shows nothing")
  mutating func unknownPredecessor() {
    let rotated = KeyRotated(
      key: KeyOrdinal(UInt32(99)), id: "k9", hash: secretHash("9"), pepper: 1,
      previousExpires: time())
    book.add(.keyRotated(rotated))
    book.run(.createKey(newKey("k2")))
    // The place among the events that introduce a key, as the schema says.
    #expect(book.key("k9") == KeyOrdinal(UInt32(1)))
    #expect(book.key("k2") == KeyOrdinal(UInt32(2)))
    #expect(book.state.keyActivity[1].since == nil)
  }
}
