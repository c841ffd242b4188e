package import Ledger

// How values of the ledger stand in the JSON of a call.

/// RFC 3339.
extension Timestamp: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let time = Timestamp(rfc3339: text) else {
      throw DecodingError.value(decoder, expected: "a time such as 2030-01-31T12:00:00Z")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rfc3339)
  }
}

/// `60/60s`.
extension RateLimit: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let limit = RateLimit(text: text) else {
      throw DecodingError.value(decoder, expected: "a limit such as 60/60s")
    }
    self = limit
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

/// An enumeration of the wire, by its names.
private func decodeName<T: WireEnumeration>(
  _ decoder: any Decoder, _ name: (T) -> String
) throws -> T {
  let text = try decoder.singleValueContainer().decode(String.self)
  let cases = T.allCases.filter { $0 != .unspecified }
  guard let found = cases.first(where: { name($0) == text }) else {
    throw DecodingError.value(
      decoder, expected: "one of \(cases.map(name).joined(separator: ", "))")
  }
  return found
}

extension TokenRole: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeName(decoder, \.name) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

extension KeyEnvironment: Codable {
  package init(from decoder: any Decoder) throws { self = try decodeName(decoder, \.name) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
