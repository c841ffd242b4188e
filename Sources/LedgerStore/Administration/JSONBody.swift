internal import Foundation

/// A call's body: an object that has no members but the ones that mean something.
package protocol JSONBody: Codable, Hashable, Sendable {
  associatedtype Member: CodingKey & CaseIterable
}

extension JSONBody {
  /// Reads UTF-8 JSON. What is wrong is told by the member's name.
  package init(json bytes: [UInt8]) throws(StoreError) {
    try refuseRepeatedMembers(bytes)
    do {
      self = try JSONDecoder().decode(Strict<Self>.self, from: Data(bytes)).value
    } catch let error as DecodingError {
      throw .invalid(error.told)
    } catch {
      throw .invalid("the body is not JSON")
    }
  }

  /// The one form of a body, members by name: what an idempotency key stands for.
  package func json() throws(StoreError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return try Array(encoder.encode(self)) } catch {
      throw .invalid("the call cannot be written as JSON: \(error)")
    }
  }
}

/// Any name at all, to find those that mean nothing.
private struct AnyMember: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

private struct Strict<Body: JSONBody>: Decodable {
  var value: Body

  init(from decoder: any Decoder) throws {
    let known = Set(Body.Member.allCases.map(\.stringValue))
    let names = try decoder.container(keyedBy: AnyMember.self).allKeys.map(\.stringValue)
    if let strange = names.sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: [], debugDescription: "'\(strange.prefix(100))' means nothing here",
          underlyingError: Told()))
    }
    value = try Body(from: decoder)
  }
}

/// Marks an error whose description is ours and meant for the caller.
private struct Told: Error {}

extension DecodingError {
  /// A value that has the right type and is none of ours.
  static func value(_ decoder: any Decoder, expected: String) -> DecodingError {
    .dataCorrupted(
      Context(
        codingPath: decoder.codingPath, debugDescription: "expected \(expected)",
        underlyingError: Told()))
  }

  fileprivate var told: String {
    switch self {
    case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
    case .valueNotFound(_, let context): return "\(context.place) cannot be null"
    case .typeMismatch(_, let context): return "\(context.place) has the wrong type"
    case .dataCorrupted(let context):
      guard context.underlyingError is Told else {
        return context.codingPath.isEmpty
          ? "the body is not JSON" : "\(context.place) has a value that cannot be"
      }
      return context.codingPath.isEmpty
        ? context.debugDescription : "\(context.place): \(context.debugDescription)"
    @unknown default: return "the body cannot be read"
    }
  }
}

extension DecodingError.Context {
  fileprivate var place: String {
    let names = codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return names.isEmpty ? "the body" : "'\(names.joined(separator: "."))'"
  }
}

/// A member given twice means one thing to one parser and another to the next.
private func refuseRepeatedMembers(_ bytes: [UInt8]) throws(StoreError) {
  let document: JSONDocument
  do throws(JSONDocumentError) { document = try JSONDocumentReader.read(bytes) } catch {
    throw .invalid("the body is not JSON: byte \(error.offset): \(error.problem)")
  }
  if let name = document.repeatedMember { throw .invalid("'\(name)' stands twice") }
}
