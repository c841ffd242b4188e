import Ledger

/// Puts values into every field of a message through its own description of its fields.
struct MessageFiller: FieldVisitor {
  enum Style: CaseIterable {
    case unset, allSet, extreme, random
    /// Small numbers, few names: events that speak of the same things.
    case crowded
  }

  var style: Style
  var random: SeededGenerator

  /// Tried in this order until the field's type takes one.
  private static let extremes: [UInt64] = [
    .max, UInt64(UInt32.max), 20, 7, 4, 3, 2, 1,
  ]
  private static let varints: [UInt64] = [
    0, 1, 2, 3, 20, 127, 128, 16_383, 16_384, 1 << 21, 1 << 28, UInt64(Int32.max),
    UInt64(UInt32.max), UInt64(UInt32.max) + 1, 1 << 35, 1 << 56, UInt64(Int64.max), 1 << 63, .max,
    UInt64(bitPattern: -1_000_000), 1_741_089_600_000_000,
  ]
  private static let texts = [
    "", "a", "tasks.execute", "ключ", "密钥 🔑", "e\u{301}", "\u{0}", "\u{10ffff}",
    "line\nbreak", String(repeating: "x", count: 127), String(repeating: "y", count: 128),
  ]

  mutating func make<M: Message>(_: M.Type = M.self) -> M {
    var message = M()
    // The filler's own methods do not throw, and `visit` throws only what they throw.
    do throws(WireError) { try message.visit(&self) } catch { fatalError("\(error)") }
    return message
  }

  private var isPresent: Bool {
    mutating get {
      switch style {
      case .unset: false
      case .allSet, .extreme: true
      case .random: random.chance(1, in: 2)
      case .crowded: random.chance(3, in: 4)
      }
    }
  }

  private mutating func varint<T: VarintValue>(_: T.Type) -> T {
    switch style {
    case .unset: return T.absent
    case .allSet: return T(varint: 1) ?? T.absent
    case .extreme: return Self.extremes.lazy.compactMap { T(varint: $0) }.first ?? T.absent
    case .random:
      while true {
        let raw =
          random.chance(1, in: 2)
          ? Self.varints.randomElement(using: &random) ?? 0 : random.next() >> (random.next() % 64)
        if let value = T(varint: raw) { return value }
      }
    case .crowded:
      return T(varint: UInt64.random(in: 0...4, using: &random)) ?? T.absent
    }
  }

  private mutating func bytes<T: BytesValue>(_: T.Type) -> T {
    var candidates: [[UInt8]] = [randomBytes(16), randomBytes(32)]
    if T.schemaType == "string" {
      let text: String =
        switch style {
        case .unset: ""
        case .allSet: "text"
        case .extreme: String(repeating: "\u{10ffff}", count: 1_000)
        case .random: Self.texts.randomElement(using: &random) ?? ""
        case .crowded: ["", "a", "b", "c"].randomElement(using: &random) ?? ""
        }
      candidates = [Array(text.utf8)]
    } else if style == .crowded {
      let byte = UInt8.random(in: 0...3, using: &random)
      candidates = [Array(repeating: byte, count: 16), Array(repeating: byte, count: 32)]
    } else if style == .random {
      candidates.insert(randomBytes(Int.random(in: 0...200, using: &random)), at: 0)
    }
    for candidate in candidates {
      if let value = candidate.withUnsafeBytes({ T(wireBytes: $0) }) { return value }
    }
    fatalError("no value for \(T.self)")
  }

  private mutating func randomBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  private var count: Int {
    mutating get {
      switch style {
      case .unset: 0
      case .allSet: 2
      case .extreme: 200
      case .random: random.chance(1, in: 3) ? 0 : Int.random(in: 1...5, using: &random)
      case .crowded: Int.random(in: 0...2, using: &random)
      }
    }
  }

  mutating func field<T: VarintValue>(_: Int, _: StaticString, _ value: inout T) {
    value = varint(T.self)
  }

  mutating func field<T: VarintValue>(_: Int, _: StaticString, _ value: inout T?) {
    value = isPresent ? varint(T.self) : nil
  }

  mutating func field<T: VarintValue>(_: Int, _: StaticString, _ value: inout [T]) {
    value = []
    for _ in 0..<count { value.append(varint(T.self)) }
  }

  mutating func field<T: BytesValue>(_: Int, _: StaticString, _ value: inout T?) {
    value = isPresent ? bytes(T.self) : nil
  }

  mutating func field<T: BytesValue>(_: Int, _: StaticString, _ value: inout [T]) {
    value = []
    for _ in 0..<min(count, 20) { value.append(bytes(T.self)) }
  }

  mutating func field<M: Message>(_: Int, _: StaticString, _ value: inout M?) {
    value = isPresent ? make(M.self) : nil
  }

  mutating func field<M: Message>(_: Int, _: StaticString, _ value: inout [M]) {
    value = []
    for _ in 0..<min(count, 20) { value.append(make(M.self)) }
  }

  mutating func fixed(_: Int, _: StaticString, _ value: inout UInt64) {
    switch style {
    case .unset: value = 0
    case .allSet: value = 1
    case .extreme: value = .max
    case .random: value = random.next()
    case .crowded: value = 0
    }
  }
}
