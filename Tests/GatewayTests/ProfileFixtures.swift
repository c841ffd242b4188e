import Gateway

/// Headers as a client sent them.
struct SentHeaders: HeaderLookup {
  let sent: [(name: String, value: String)]

  init(_ sent: [(String, String)]) { self.sent = sent.map { (name: $0.0, value: $0.1) } }

  func values(_ name: String) -> [String] {
    sent.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
  }
}

enum ProfileFixture {
  static func shipped(_ profile: ShippedProfile) throws -> APIProfile {
    try APIProfile(parsing: Array(profile.document.utf8))
  }

  /// The least a profile can say, with more members behind the answers.
  static func document(
    _ more: String = "", credentials: String = #"[{"kind":"bearer"}]"#,
    limited: String = #"{"status":429,"body":""}"#
  ) -> String {
    let answer = #"{"status":403,"body":""}"#
    return """
      {"name":"third","keyPrefix":"third","credentials":\(credentials),
      "answers":{"noCredential":\(answer),"badCredential":\(answer),"forbidden":\(answer),
      "limited":\(limited),"unavailable":\(answer)}\(more.isEmpty ? "" : ",")\(more)}
      """
  }

  static func profile(_ document: String) throws -> APIProfile {
    try APIProfile(parsing: Array(document.utf8))
  }

  /// The problems of a document, one a line; none if it is a profile.
  static func problems(_ bytes: some Sequence<UInt8>) -> [String] {
    do throws(ProfileError) {
      _ = try APIProfile(parsing: Array(bytes))
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }
}
