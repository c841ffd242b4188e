import Ledger
import Testing

@Suite("The decoder against hostile bytes")
struct WireReaderTests {
  /// What the bytes say, or why they say nothing; whatever is read must be written again to bytes
  /// that say the same.
  @discardableResult
  private func read(_ bytes: [UInt8]) throws -> Event? {
    let event: Event
    do { event = try decoded(bytes) } catch is WireError { return nil }
    #expect(try decoded(try encoded(event)) == event)
    return event
  }

  private func error(_ bytes: [UInt8]) -> WireError? {
    do { _ = try decoded(bytes) } catch { return error as? WireError }
    return nil
  }

  private static let corpus = EventCorpus.events(perType: 1, seed: 3)

  @Test("Every truncation of a record is refused or read, and nothing else")
  func truncations() throws {
    for event in Self.corpus {
      let record = try encoded(event)
      for end in 0..<min(record.count, 200) { try read(Array(record[..<end])) }
    }
  }

  @Test("Every flip of a single bit is refused or read, and nothing else")
  func bitFlips() throws {
    for event in Self.corpus {
      var record = try encoded(event)
      guard record.count <= 200 else { continue }
      for bit in 0..<record.count * 8 {
        record[bit / 8] ^= 1 << UInt8(bit % 8)
        try read(record)
        record[bit / 8] ^= 1 << UInt8(bit % 8)
      }
    }
  }

  @Test("Random bytes are refused or read, and nothing else")
  func randomBytes() throws {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...40, using: &random)
      try read((0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test("The decoder of the request record reads what the general decoder reads")
  func twoDecodersAgree() throws {
    var filler = MessageFiller(style: .random, random: SeededGenerator(seed: 5))
    for _ in 0..<300 {
      var encoder = WireEncoder()
      var request = filler.make(RequestDecided.self)
      try request.visit(&encoder)
      var bytes = encoder.finish()
      if !bytes.isEmpty, filler.random.chance(3, in: 4) {
        let bit = Int.random(in: 0..<bytes.count * 8, using: &filler.random)
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      bytes.withUnsafeBytes { bytes in
        let one = Result { try RequestDecided(decoding: bytes) }
        let other = Result { try WireDecoder.decode(RequestDecided.self, from: bytes) }
        #expect((try? one.get()) == (try? other.get()))
      }
    }
  }

  @Test("A varint is at most ten bytes, and its tenth brings one bit")
  func longVarints() throws {
    let start: [UInt8] = [0x22, 0x00, 0x08]
    let ten = start + [UInt8](repeating: 0xff, count: 9) + [0x01]
    #expect(try read(ten)?.recorded == Timestamp(microseconds: -1))
    for last: [UInt8] in [[0x02], [0x81, 0x00], [0x80, 0x00], [0x80, 0x80, 0x80, 0x00]] {
      let bytes = start + [UInt8](repeating: 0xff, count: 9) + last
      #expect(error(bytes) == .varintTooLong(at: start.count + 10))
    }
    let ordinal: [UInt8] = [0x22, 0x06, 0x08, 0xff, 0xff, 0xff, 0xff, 0x1f]
    #expect(error(ordinal) == .valueOutOfRange(field: 1))
  }

  @Test(
    "A length beyond the end is refused",
    arguments: [
      [0x22, 0x01], [0x22, 0x7f, 0x08], [0x22, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x22, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      [0x82, 0x01, 0x02, 0x0a, 0x01], [0x22, 0x00, 0xa2, 0x06, 0x05, 0x00],
      [0x22, 0x00, 0xa1, 0x06, 0, 0, 0, 0, 0, 0, 0], [0x22, 0x00, 0xa5, 0x06, 0, 0, 0],
    ] as [[UInt8]])
  func lengthsBeyondTheEnd(bytes: [UInt8]) {
    guard case .truncated = error(bytes) else {
      Issue.record("\(bytes) gave \(String(describing: error(bytes)))")
      return
    }
  }

  @Test("Field number 0 and numbers beyond the limit of protobuf are refused")
  func fieldNumbers() {
    for wire: UInt8 in [0, 1, 2, 5] { #expect(error([wire, 0]) == .fieldNumberZero(at: 0)) }
    let beyond: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x10, 0x00]
    #expect(error([0x22, 0x00] + beyond) == .fieldNumberZero(at: 2))
  }

  @Test("Groups and the two wire types without a meaning are refused", arguments: [3, 4, 6, 7])
  func groups(wire: UInt8) {
    #expect(error([0x22, 0x00, 0x60 | wire]) == .unknownWireType(wire, at: 2))
    #expect(error([0x22, 0x01, 0x78 | wire]) == .unknownWireType(wire, at: 0))
  }

  @Test("A known field of another wire type is refused")
  func otherWireTypes() {
    #expect(error([0x0a, 0x00, 0x22, 0x00]) == .wrongWireType(field: 1))
    #expect(error([0x10, 0x00, 0x22, 0x00]) == .wrongWireType(field: 2))
    #expect(error([0x22, 0x02, 0x0a, 0x00]) == .wrongWireType(field: 1))
    #expect(error([0x82, 0x01, 0x02, 0x08, 0x00]) == .wrongWireType(field: 1))
  }

  @Test("Text that is not UTF-8 and values of no name are refused")
  func badValues() {
    #expect(error([0x82, 0x01, 0x03, 0x0a, 0x01, 0xff]) == .invalidUTF8(field: 1))
    #expect(error([0x22, 0x03, 0x5a, 0x01, 0xc0]) == .invalidUTF8(field: 11))
    #expect(error([0x22, 0x02, 0x30, 0x15]) == .valueOutOfRange(field: 6))
    #expect(error([0xd2, 0x02, 0x02, 0x18, 0x02]) == .valueOutOfRange(field: 3))
    // A tag of fifteen bytes.
    #expect(
      error([0x9a, 0x01, 0x11, 0x12, 0x0f] + [UInt8](repeating: 1, count: 15))
        == .valueOutOfRange(field: 2))
  }

  @Test("A record of a newer version is told from a damaged one")
  func newerEvent() {
    #expect(error([]) == .unknownEvent)
    #expect(error([0x08, 0x01]) == .unknownEvent)
    #expect(error([0x08, 0x01, 0xb2, 0x03, 0x02, 0x08, 0x01]) == .unknownEvent)
  }

  @Test("Messages within messages of unknown fields cost no stack")
  func depth() throws {
    var bytes: [UInt8] = []
    for _ in 0..<2_000 {
      var encoder = WireEncoder()
      let inner = bytes
      encoder.tag(100, .lengthDelimited)
      encoder.varint(UInt64(inner.count))
      bytes = encoder.finish() + inner
    }
    #expect(try read([0x22, 0x00] + bytes)?.body.type == .requestDecided)
  }

  @Test("Fields given twice mean what protobuf says: messages are merged, the last value wins")
  func repeatedFields() throws {
    // recorded 1, then 2.
    #expect(try read([0x08, 0x01, 0x22, 0x00, 0x08, 0x02])?.recorded.microseconds == 2)
    // origin { happened: 5 }, then origin { source: CLOUDTRAIL }.
    let origin = try read([0x12, 0x02, 0x08, 0x05, 0x12, 0x02, 0x10, 0x01, 0x22, 0x00])?.origin
    #expect(origin?.happened.microseconds == 5)
    #expect(origin?.source == .cloudtrail)
    // actor { user: 3 }, then actor { key: 4 }.
    let actor = try read([0x1a, 0x02, 0x08, 0x03, 0x1a, 0x02, 0x18, 0x04, 0x22, 0x00])?.actor
    #expect(actor == Actor(user: UserOrdinal(UInt32(3)), key: KeyOrdinal(UInt32(4))))
  }

  @Test("Of two different events in one record the last counts, as for any oneof")
  func twoEvents() throws {
    let event = try read([0x22, 0x02, 0x08, 0x07, 0x8a, 0x01, 0x02, 0x08, 0x03])
    let disabled = OrganizationDisabled(organization: OrganizationOrdinal(UInt32(3)))
    #expect(event?.body == .organizationDisabled(disabled))
  }

  @Test("The same event given twice in one record is merged, as protobuf merges it")
  func sameEventTwice() throws {
    // request_decided { key: 7 }, then request_decided { operation: 3 }.
    var expected = RequestDecided(operation: OperationOrdinal(UInt32(3)), reason: .unspecified)
    expected.key = KeyOrdinal(UInt32(7))
    let event = try read([0x22, 0x02, 0x08, 0x07, 0x22, 0x02, 0x20, 0x03])
    #expect(event?.body == .requestDecided(expected))
  }
}
