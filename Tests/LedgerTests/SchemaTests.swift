import Foundation
import Ledger
import Testing

@Suite("The code says what schemas/event.proto says")
struct SchemaTests {
  private static let file = packageRoot.appendingPathComponent("schemas/event.proto")
  private static let parsed = Result { ProtoSchema(try String(contentsOf: file, encoding: .utf8)) }
  private let schema: ProtoSchema

  init() throws { schema = try Self.parsed.get() }

  private static let inner: [(name: String, fields: [SchemaCollector.Field])] = [
    ("Origin", SchemaCollector.fields(of: Origin.self)),
    ("Actor", SchemaCollector.fields(of: Actor.self)),
    ("SealedText", SchemaCollector.fields(of: SealedText.self)),
    ("Person", SchemaCollector.fields(of: Person.self)),
    ("ClientIdentity", SchemaCollector.fields(of: ClientIdentity.self)),
    ("RateLimit", SchemaCollector.fields(of: RateLimit.self)),
    ("MetadataEntry", SchemaCollector.fields(of: MetadataEntry.self)),
    ("CoalescedCount", SchemaCollector.fields(of: CoalescedCount.self)),
    ("Policy", SchemaCollector.fields(of: Policy.self)),
    ("LimitRule", SchemaCollector.fields(of: LimitRule.self)),
    ("OperationCost", SchemaCollector.fields(of: OperationCost.self)),
    ("AbuseRule", SchemaCollector.fields(of: AbuseRule.self)),
  ]

  /// The name of the message that a case of `EventBody` holds.
  private static func messageName(_ type: EventType) -> String {
    var filler = MessageFiller(style: .unset, random: SeededGenerator(seed: 0))
    let body = EventCorpus.body(type, &filler)
    return Mirror(reflecting: body).children.first.map { "\(Swift.type(of: $0.value))" } ?? ""
  }

  @Test("The parser of this test reads the whole schema")
  func parserSeesEverything() {
    #expect(schema.unread == [])
    #expect(schema.messages.count == EventType.allCases.count + Self.inner.count + 1)
    #expect(schema.enumerations.count == 11)
  }

  @Test("Event has a field for each type of event, with its number, name and message")
  func eventFields() {
    var expected: [ProtoSchema.Field] = [
      .init(number: 1, name: "recorded", type: "int64", label: ""),
      .init(number: 2, name: "origin", type: "Origin", label: ""),
      .init(number: 3, name: "actor", type: "Actor", label: ""),
    ]
    for type in EventType.allCases {
      expected.append(
        .init(
          number: Int(type.rawValue), name: type.name.replacing(".", with: "_"),
          type: Self.messageName(type), label: ""))
    }
    #expect(schema.messages["Event"] == expected)
  }

  @Test("Every message has the schema's fields: number, name, type and label")
  func messageFields() {
    #expect(EventBody.schema.map(\.type) == EventType.allCases)
    for (type, fields) in EventBody.schema {
      let expected = schema.messages[Self.messageName(type)]
      #expect(fields.map(ProtoSchema.Field.init) == expected, "\(type)")
    }
    for (name, fields) in Self.inner {
      #expect(fields.map(ProtoSchema.Field.init) == schema.messages[name], "\(name)")
    }
    let known = Set(EventType.allCases.map(Self.messageName) + Self.inner.map(\.name) + ["Event"])
    #expect(Set(schema.messages.keys) == known)
  }

  @Test("Fields are visited in the order of their numbers, so that one event has one encoding")
  func fieldsAscend() {
    for fields in EventBody.schema.map(\.fields) + Self.inner.map(\.fields) {
      let numbers = fields.map(\.number)
      #expect(numbers == Array(Set(numbers)).sorted())
    }
  }

  @Test("Every enumeration has the schema's values")
  func enumerations() {
    expectValues(of: Reason.self)
    expectValues(of: CredentialKind.self)
    expectValues(of: AddressVerdict.self)
    expectValues(of: TenantVerdict.self)
    expectValues(of: LimitAlgorithm.self)
    expectValues(of: LimitScope.self)
    expectValues(of: RequestType.self)
    expectValues(of: KeyKind.self)
    expectValues(of: KeyEnvironment.self)
    expectValues(of: HistorySource.self)
    expectValues(of: TokenRole.self)
  }

  private func expectValues<E: WireEnumeration>(
    of type: E.Type, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let prefix = screaming(E.schemaType) + "_"
    let values = E.allCases.map {
      ProtoSchema.EnumerationValue(
        name: prefix + screaming(String(describing: $0)), number: Int($0.rawValue))
    }
    #expect(schema.enumerations[E.schemaType] == values, sourceLocation: sourceLocation)
    #expect(E.absent.varint == 0, sourceLocation: sourceLocation)
  }

  /// `KeyKind` → `KEY_KIND`.
  private func screaming(_ camel: String) -> String {
    var text = ""
    for character in camel {
      if character.isUppercase, !text.isEmpty { text += "_" }
      text += character.uppercased()
    }
    return text
  }

  @Test("Events and reasons carry the names that are fixed")
  func fixedNames() {
    let events = """
      organization.registered|disabled|enabled, user.registered|disabled|enabled, \
      operation.defined, client.seen, profile.set, \
      key.created|observed|renamed|enabled|disabled|expiry_set|rate_limit_set|scopes_set|\
      addresses_set|metadata_set|rotated|revoked, session.denied, token.created|revoked, \
      pepper.rotated, request.decided, requests.coalesced, task.reported, \
      abuse.blocked|released, credits.granted|refunded, audit.accessed, subject.erased, \
      import.completed, checkpoint.rotated, log.started|stopped|trimmed
      """
    let names = events.split(separator: ", ").flatMap { group -> [String] in
      let parts = group.split(separator: ".")
      return parts[1].split(separator: "|").map { "\(parts[0]).\($0)" }
    }
    #expect(Set(names) == Set(EventType.allCases.map(\.name)))
    #expect(EventType.allCases.allSatisfy { EventType(name: $0.name) == $0 })

    let reasons = """
      allowed, no_credential, malformed_credential, unknown_key, revoked, disabled, expired, \
      missing_metadata, wrong_tenant, wrong_profile, address_not_allowed, missing_permission, \
      forbidden, session_invalid, session_expired, session_denied, abuse_blocked, rate_limited, \
      insufficient_credits, overloaded
      """
    let fixed = reasons.split(separator: ", ").map(String.init)
    #expect(Reason.allCases.dropFirst().map(\.name) == fixed)
    #expect(Reason.allCases.allSatisfy { Reason(name: $0.name) == $0 })
    #expect(RequestType.allCases.allSatisfy { RequestType(name: $0.name) == $0 })
  }
}

/// As much of a `.proto` as `schemas/event.proto` uses.
struct ProtoSchema {
  struct Field: Equatable {
    var number: Int
    var name: String
    var type: String
    var label: String
  }

  struct EnumerationValue: Equatable {
    var name: String
    var number: Int
  }

  private(set) var messages: [String: [Field]] = [:]
  private(set) var enumerations: [String: [EnumerationValue]] = [:]
  /// Lines that were not understood.
  private(set) var unread: [String] = []

  init(_ text: String) {
    var message: String?
    var enumeration: String?
    for line in text.split(separator: "\n") {
      let line = line.prefix { $0 != "/" }.trimmingCharacters(in: .whitespaces)
      if let match = line.wholeMatch(of: /message (\w+) \{(\})?/) {
        messages[String(match.1)] = []
        message = match.2 == nil ? String(match.1) : nil
      } else if let match = line.wholeMatch(of: /enum (\w+) \{/) {
        enumerations[String(match.1)] = []
        enumeration = String(match.1)
      } else if let message,
        let match = line.wholeMatch(of: /(?:(optional|repeated) )?(\w+) (\w+) = (\d+);/)
      {
        messages[message]?.append(
          Field(
            number: Int(match.4) ?? 0, name: String(match.3), type: String(match.2),
            label: match.1.map(String.init) ?? ""))
      } else if let enumeration, let match = line.wholeMatch(of: /(\w+) = (\d+);/) {
        enumerations[enumeration]?.append(
          EnumerationValue(name: String(match.1), number: Int(match.2) ?? 0))
      } else if line == "}" {
        enumeration = nil
      } else if !line.isEmpty, !line.hasPrefix("oneof "), !line.hasPrefix("syntax "),
        !line.hasPrefix("package ")
      {
        unread.append(line)
      }
    }
  }
}

extension ProtoSchema.Field {
  init(_ field: SchemaCollector.Field) {
    self.init(
      number: field.number, name: field.name, type: field.type, label: field.label.rawValue)
  }
}
