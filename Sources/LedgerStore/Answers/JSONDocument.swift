/// A JSON value as it stands in a document: members in their order and as often as they
/// occur, numbers as they are written.
package indirect enum JSONDocument: Sendable {
  case object([(name: String, value: JSONDocument)])
  case array([JSONDocument])
  case string(String)
  case number(String)
  case boolean(Bool)
  case null

  /// A member that stands twice in an object, here or anywhere within.
  package var repeatedMember: String? {
    switch self {
    case .object(let members):
      var names: Set<String> = []
      for (name, _) in members where !names.insert(name).inserted { return name }
      return members.lazy.compactMap(\.value.repeatedMember).first
    case .array(let elements): return elements.lazy.compactMap(\.repeatedMember).first
    default: return nil
    }
  }

  /// The value for a message, on one line.
  package var told: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string(let text): JSONDocument.quoted(text)
    case .number(let text): JSONDocument.shortened(text)
    case .boolean(let value): "\(value)"
    case .null: "null"
    }
  }

  /// Quoted, with escapes for what would break the line.
  package static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in shortened(text).unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _
      where scalar.properties.generalCategory == .control
        || "\u{2028}\u{2029}".contains(Character(scalar)):
        quoted += scalar.escaped(asASCII: true)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func shortened(_ text: String) -> String {
    let most = 60  // characters: enough to find the place, and the line stays readable
    return text.count > most ? "\(text.prefix(most))…" : text
  }
}
