/// Where a request shows who is asking.
enum CredentialPlace: Hashable, Sendable {
  /// The session cookies of NextAuth.
  case session
  /// `Authorization: Bearer <key>`
  case bearer
  /// The key alone in a header; the name in lower case.
  case header(String)

  /// The header in lower case; nil for cookies, which have their own reader.
  var header: String? {
    switch self {
    case .session: nil
    case .bearer: "authorization"
    case .header(let name): name
    }
  }
}

extension CredentialPlace {
  static func read(_ field: ProfileField, _ check: inout ProfileCheck) -> [CredentialPlace] {
    var places: [CredentialPlace] = []
    let elements = check.elements(field)
    if elements?.isEmpty == true { check.report(field.path, "expected at least one entry") }
    for element in elements ?? [] {
      guard let place = place(element, &check) else { continue }
      if let first = places.firstIndex(where: { $0 == place || $0.clashes(with: place) }) {
        check.report(element.path, "the same place as \(field.path)[\(first)]")
      }
      places.append(place)
    }
    return places
  }

  private func clashes(with other: CredentialPlace) -> Bool {
    header != nil && header == other.header
  }

  private static func place(
    _ field: ProfileField, _ check: inout ProfileCheck
  ) -> CredentialPlace? {
    guard let members = check.members(field, known: ["kind", "name"]),
      let kind = check.required("kind", of: members),
      let place = check.choice(
        kind, ["session": CredentialPlace.session, "bearer": .bearer, "header": .header("")])
    else { return nil }
    guard case .header = place else {
      if let name = members["name"] { check.report(name.path, "only for the kind \"header\"") }
      return place
    }
    guard let field = check.required("name", of: members),
      let name = check.text(field, .headerName)?.lowercased()
    else { return nil }
    guard name != "cookie" else {
      check.report(field.path, "a cookie is no key; sessions are the kind \"session\"")
      return nil
    }
    return .header(name)
  }
}
