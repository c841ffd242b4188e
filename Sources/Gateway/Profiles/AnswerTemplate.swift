/// One of a profile's answers: what a client gets instead of what it asked for.
struct AnswerTemplate: Sendable {
  private enum Piece {
    case text(String)
    case limit, unit
  }

  let status: Int
  let headers: [(name: String, value: String)]
  private let pieces: [Piece]

  /// `limit` and `window` (seconds) stand for the placeholders.
  func body(limit: UInt64, window: Int64) -> String {
    if pieces.count == 1, case .text(let text) = pieces[0] { return text }
    var body = ""
    for piece in pieces {
      switch piece {
      case .text(let text): body += text
      case .limit: body += String(limit)
      case .unit: body += Self.unit(window)
      }
    }
    return body
  }

  private static func unit(_ seconds: Int64) -> String {
    switch seconds {
    case 1: "second"
    case 60: "minute"
    case 3_600: "hour"
    case 86_400: "day"
    default: "\(seconds) seconds"
    }
  }
}

// From a document.
extension AnswerTemplate {
  /// What only the code knows, or what frames a message.
  private static let ownHeaders = [
    "connection", "content-length", "date", "retry-after", "transfer-encoding",
    "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
  ]

  /// `hasLimit`: the answer speaks of a limit that refused.
  static func read(
    _ field: ProfileField, hasLimit: Bool, _ check: inout ProfileCheck
  ) -> AnswerTemplate? {
    guard let members = check.members(field, known: ["status", "headers", "body"]) else {
      return nil
    }
    let status = check.required("status", of: members).flatMap {
      check.integer($0, ProfileLimits.statuses)
    }
    var headers: [(name: String, value: String)] = []
    if let field = members["headers"] { headers = readHeaders(field, &check) }
    if status == 401, !headers.contains(where: { $0.name.lowercased() == "www-authenticate" }) {
      check.report(field.path, "a 401 needs a header WWW-Authenticate")
    }
    let body = check.required("body", of: members)
    let pieces = body.flatMap { body in
      check.text(body, .body).flatMap { Self.pieces(of: $0, body, hasLimit: hasLimit, &check) }
    }
    guard let status, let pieces else { return nil }
    return AnswerTemplate(status: Int(status), headers: headers, pieces: pieces)
  }

  private static func readHeaders(
    _ field: ProfileField, _ check: inout ProfileCheck
  ) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for entry in check.entries(field) ?? [] {
      let lowerCase = entry.name.lowercased()
      if !ProfileText.headerName.accepts(entry.name.utf8) {
        check.report(entry.field.path, "not \(ProfileText.headerName.told)")
      } else if ownHeaders.contains(lowerCase) || lowerCase.hasPrefix("keyledger-") {
        check.report(entry.field.path, "not for a profile to set")
      } else if headers.contains(where: { $0.name.lowercased() == lowerCase }) {
        check.report(entry.field.path, "given twice")
      }
      let value = check.text(entry.field, .headerValue)
      headers.append((entry.name, value ?? ""))
    }
    return headers
  }

  /// The text between `${limit}` and `${unit}`, and these.
  private static func pieces(
    of body: String, _ field: ProfileField, hasLimit: Bool, _ check: inout ProfileCheck
  ) -> [Piece]? {
    var pieces: [Piece] = []
    var rest = body.utf8[...]
    var text = ""
    while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
      text += String(Substring(rest[..<dollar]))
      rest = rest[dollar...]
      let found: [(String, Piece)] = [("${limit}", .limit), ("${unit}", .unit)]
      if let (name, piece) = found.first(where: { rest.starts(with: $0.0.utf8) }), hasLimit {
        pieces += [.text(text), piece]
        text = ""
        rest = rest.dropFirst(name.utf8.count)
      } else if rest.starts(with: "${".utf8) {
        let known = hasLimit ? "${limit} and ${unit}" : "none, because no limit refused"
        check.report(field.path, "an unknown placeholder; known here: \(known)")
        return nil
      } else {
        text += "$"
        rest = rest.dropFirst()
      }
    }
    pieces.append(.text(text + String(Substring(rest))))
    return pieces
  }
}
