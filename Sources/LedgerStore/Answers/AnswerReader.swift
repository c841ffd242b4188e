/// Reads a service's JSON as an answer, members in the order in which they came, so that it is
/// printed as if it had been computed here.
package enum AnswerReader {
  /// `nil` for what is not JSON.
  package static func read(_ bytes: [UInt8]) -> Value? {
    do throws(JSONDocumentError) { return value(try JSONDocumentReader.read(bytes)) } catch {
      return nil
    }
  }

  private static func value(_ document: JSONDocument) -> Value {
    switch document {
    case .null: return .null
    case .boolean(let flag): return .flag(flag)
    case .string(let text): return .text(text)
    case .number(let digits): return Int64(digits).map { .number($0) } ?? .decimal(digits)
    case .array(let elements): return .list(elements.map(value))
    case .object(let members):
      var row = Row()
      for (name, member) in members { row.append(name, value(member)) }
      return .object(row)
    }
  }
}
