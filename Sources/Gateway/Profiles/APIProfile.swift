package import Ledger
internal import LedgerStore

/// How one API speaks: where its credentials are, which request is which operation, what is
/// limited and what costs, and what each refusal looks like. All of it is data; see
/// `schemas/profile.schema.json`.
package struct APIProfile: Sendable {
  package let name: String
  /// The first part of new keys.
  package let keyPrefix: String
  /// The document as it was given, without the space between its tokens.
  package let document: String
  package let rules: ProfileRules

  private let routes: RouteTable
  private let reader: CredentialReader
  private let answers: ProfileAnswers

  /// Throws every problem of the document, not only the first.
  package init(parsing bytes: [UInt8]) throws(ProfileError) {
    let parsed = try ProfileDocument(bytes)
    name = parsed.name
    keyPrefix = parsed.keyPrefix
    document = JSONDocumentReader.compact(bytes)
    rules = parsed.rules
    routes = parsed.routes
    reader = parsed.credentials
    answers = parsed.answers
  }

  /// `target` is the request's path, with or without its query. O(routes).
  package func route(method: String, target: String) -> RouteMatch {
    routes.match(method: method, target: target)
  }

  package func credentials(_ headers: some HeaderLookup) -> PresentedCredentials {
    reader.read(headers)
  }

  package func answer(to refusal: RefusalFacts) -> ProfileAnswer {
    let template = answers.template(for: refusal.reason)
    var headers = template.headers
    let wait = refusal.retryAfter ?? refusal.refusing?.retryAfter
    if template.status == 429 || wait != nil {
      headers.append(("Retry-After", String(max(1, wait ?? 1))))
    }
    headers += limitHeaders(refusal.standing)
    let refusing = refusal.refusing ?? refusal.standing
    return ProfileAnswer(
      status: template.status, headers: headers,
      body: template.body(limit: refusing?.limit ?? 0, window: refusing?.windowSeconds ?? 1))
  }

  /// Of the limit marked `headers`; none if no limit is, or if nobody is known to be asking.
  package func limitHeaders(_ standing: LimitStanding?) -> [(name: String, value: String)] {
    guard let standing, rules.limits.contains(where: \.isShown) else { return [] }
    return [
      ("X-RateLimit-Limit", String(standing.limit)),
      ("X-RateLimit-Remaining", String(standing.remaining)),
      ("X-RateLimit-Reset", String(standing.reset)),
    ]
  }
}
