internal import LedgerStore

/// A value of a profile document and where it stands.
struct ProfileField {
  let path: String
  let value: JSONDocument

  /// The path of a member: `limits[0].seconds`, or `credits["tasks.execute"]` where the name is
  /// not a plain word.
  func path(of name: String) -> String {
    let isPlain =
      !name.isEmpty && name.utf8.count <= 60
      && name.utf8.allSatisfy {
        ProfileText.isLetter($0) || ProfileText.isDigit($0) || "-_".utf8.contains($0)
      }
    if !isPlain { return "\(path)[\(JSONDocument.quoted(name))]" }
    return path.isEmpty ? name : "\(path).\(name)"
  }
}

/// The members of an object that has only known ones.
struct ProfileMembers {
  let field: ProfileField
  fileprivate(set) var fields: [String: ProfileField] = [:]

  subscript(name: String) -> ProfileField? { fields[name] }
}

/// Reads the values of a profile document and collects every problem on the way. A nil answer
/// always comes with a problem.
struct ProfileCheck {
  private(set) var problems: [ProfileProblem] = []

  mutating func report(_ path: String, _ problem: String) {
    guard problems.count < ProfileLimits.problems else { return }
    problems.append(ProfileProblem(path: path, problem: problem))
  }

  mutating func report(_ field: ProfileField, expected: String) {
    report(field.path, "expected \(expected), found \(field.value.told)")
  }

  mutating func members(_ field: ProfileField, known: [String]) -> ProfileMembers? {
    guard let entries = entries(field) else { return nil }
    var members = ProfileMembers(field: field)
    for entry in entries {
      if known.contains(entry.name) {
        members.fields[entry.name] = entry.field
      } else {
        report(entry.field.path, "unknown; known here: \(known.joined(separator: ", "))")
      }
    }
    return members
  }

  /// The members of an object whose names are data. Of a repeated name only the first.
  mutating func entries(_ field: ProfileField) -> [(name: String, field: ProfileField)]? {
    guard case .object(let members) = field.value else {
      report(field, expected: "an object")
      return nil
    }
    guard isShort(members.count, field) else { return nil }
    var entries: [(name: String, field: ProfileField)] = []
    var seen: Set<String> = []
    for member in members {
      let path = field.path(of: member.name)
      if seen.insert(member.name).inserted {
        entries.append((member.name, ProfileField(path: path, value: member.value)))
      } else {
        report(path, "given twice")
      }
    }
    return entries
  }

  mutating func elements(_ field: ProfileField) -> [ProfileField]? {
    guard case .array(let elements) = field.value else {
      report(field, expected: "an array")
      return nil
    }
    guard isShort(elements.count, field) else { return nil }
    return elements.enumerated().map {
      ProfileField(path: "\(field.path)[\($0.offset)]", value: $0.element)
    }
  }

  private mutating func isShort(_ count: Int, _ field: ProfileField) -> Bool {
    if count <= ProfileLimits.entries { return true }
    report(field.path, "expected at most \(ProfileLimits.entries) entries, found \(count)")
    return false
  }

  mutating func required(_ name: String, of members: ProfileMembers) -> ProfileField? {
    if let field = members[name] { return field }
    report(members.field.path(of: name), "missing")
    return nil
  }

  mutating func integer(_ field: ProfileField, _ range: ClosedRange<UInt64>) -> UInt64? {
    // Only digits: 1.0 and 1e1 are whole numbers to some readers and not to others.
    if case .number(let text) = field.value, let number = UInt64(text), range.contains(number) {
      return number
    }
    report(field, expected: "an integer from \(range.lowerBound) to \(range.upperBound)")
    return nil
  }

  mutating func flag(_ field: ProfileField) -> Bool? {
    if case .boolean(let value) = field.value { return value }
    report(field, expected: "true or false")
    return nil
  }

  mutating func text(_ field: ProfileField, _ kind: ProfileText) -> String? {
    if case .string(let text) = field.value, kind.accepts(text.utf8) { return text }
    report(field, expected: kind.told)
    return nil
  }

  mutating func choice<T>(_ field: ProfileField, _ choices: KeyValuePairs<String, T>) -> T? {
    if case .string(let text) = field.value, let chosen = choices.first(where: { $0.key == text }) {
      return chosen.value
    }
    let told = choices.map { "\"\($0.key)\"" }.joined(separator: " or ")
    report(field, expected: told)
    return nil
  }
}
