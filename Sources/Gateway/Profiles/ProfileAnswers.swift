internal import Ledger

/// The answers of a profile, one for each kind of refusal.
struct ProfileAnswers: Sendable {
  private static let needed = [
    "noCredential", "badCredential", "forbidden", "limited", "unavailable",
  ]

  let noCredential: AnswerTemplate
  let badCredential: AnswerTemplate
  let forbidden: AnswerTemplate
  let limited: AnswerTemplate
  let unavailable: AnswerTemplate
  /// Only where something costs credits.
  let noCredits: AnswerTemplate?
  /// Only with a rule of abuse.
  let blocked: AnswerTemplate?

  /// What is no refusal gets the answer for "cannot be decided": nothing passes by mistake.
  func template(for reason: Reason) -> AnswerTemplate {
    switch reason {
    case .noCredential, .sessionInvalid, .sessionExpired, .sessionDenied: noCredential
    case .malformedCredential, .unknownKey, .revoked, .disabled, .expired, .missingMetadata,
      .wrongProfile:
      badCredential
    case .wrongTenant, .addressNotAllowed, .missingPermission, .forbidden: forbidden
    case .abuseBlocked: blocked ?? forbidden
    case .rateLimited: limited
    case .insufficientCredits: noCredits ?? forbidden
    case .overloaded, .unspecified, .allowed: unavailable
    }
  }

  /// Nil comes with a problem.
  static func read(
    _ field: ProfileField, hasCredits: Bool, hasAbuse: Bool, _ check: inout ProfileCheck
  ) -> ProfileAnswers? {
    guard let members = check.members(field, known: needed + ["noCredits", "blocked"]) else {
      return nil
    }
    var read: [String: AnswerTemplate] = [:]
    for name in needed + ["noCredits", "blocked"] {
      let isNeeded =
        switch name {
        case "noCredits": hasCredits
        case "blocked": hasAbuse
        default: true
        }
      let answer = isNeeded ? check.required(name, of: members) : members[name]
      guard let answer else { continue }
      read[name] = AnswerTemplate.read(answer, hasLimit: name == "limited", &check)
    }
    guard let noCredential = read["noCredential"], let badCredential = read["badCredential"],
      let forbidden = read["forbidden"], let limited = read["limited"],
      let unavailable = read["unavailable"]
    else { return nil }
    return ProfileAnswers(
      noCredential: noCredential, badCredential: badCredential, forbidden: forbidden,
      limited: limited, unavailable: unavailable, noCredits: read["noCredits"],
      blocked: read["blocked"])
  }
}
