import Ledger
import Testing

@Suite("Several changes to a key at once")
struct KeyChangesTests {
  var book = Book.withKey()

  @Test("All of them are recorded together, each as if it had been asked for alone")
  mutating func together() throws {
    let key = book.key("k1")
    let limit = RateLimit(capacity: 5, refill: 5, interval: 60)
    let entry = MetadataEntry(name: "team", value: "core")
    let events = try book.run(
      .changeKey(
        key,
        [
          .name("second"), .enabled(false), .expires(time(9_000)), .limit(limit),
          .scopes(["read", "write"]), .addresses(["10.0.0.0/8"]), .metadata([entry]),
        ])
    ).get()
    #expect(
      events.map(\.body.type) == [
        .keyRenamed, .keyDisabled, .keyExpirySet, .keyRateLimitSet, .operationDefined,
        .operationDefined, .keyScopesSet, .keyAddressesSet, .keyMetadataSet,
      ])
    var alone = Book.withKey()
    for command in [
      Command.renameKey(key, name: "second"), .setKey(key, enabled: false),
      .setExpiry(key, time(9_000)), .setRateLimit(key, limit), .setScopes(key, ["read", "write"]),
      .setAddresses(key, ["10.0.0.0/8"]), .setMetadata(key, [entry]),
    ] {
      alone.run(command, at: book.clock)
    }
    #expect(book.state == alone.state)
  }

  @Test("One that is refused keeps the others from happening, wherever it stands")
  mutating func nothing() {
    let before = book.state
    let key = book.key("k1")
    let good: [KeyEdit] = [.name("second"), .scopes(["new"])]
    for bad in [KeyEdit.addresses(["nowhere"]), .limit(RateLimit()), .name("a\nb")] {
      #expect(!book.run(.changeKey(key, [bad] + good)).isSuccess)
      #expect(!book.run(.changeKey(key, good + [bad])).isSuccess)
    }
    #expect(book.state == before)
  }

  @Test("What stands already is not recorded, and the same part cannot be set twice")
  mutating func unchanged() throws {
    let key = book.key("k1")
    #expect(try book.run(.changeKey(key, [])).get().isEmpty)
    #expect(try book.run(.changeKey(key, [.name("reporting"), .enabled(true)])).get().isEmpty)
    #expect(!book.run(.changeKey(key, [.enabled(false), .enabled(true)])).isSuccess)
  }

  @Test("A revoked key refuses every change")
  mutating func revoked() {
    let key = book.key("k1")
    book.run(.revokeKey(key))
    #expect(book.run(.changeKey(key, [.name(nil)])) == .failure(.revoked(key: "k1")))
  }
}
