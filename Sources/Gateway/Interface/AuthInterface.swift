internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import Logging

/// `/auth/{profile}` and what stands behind it.
struct AuthTarget {
  private static let prefix = "/auth/"

  let profile: String
  /// The path behind the profile, with its query; empty where there is none.
  let rest: String
  /// nginx's `auth_request` knows 2xx, 401 and 403 only.
  let isAuthRequest: Bool
  /// A query of `/auth/{profile}` that means nothing: a proxy that is not set up.
  let strangeQuery: String?

  init?(_ target: String) {
    guard target.hasPrefix(Self.prefix) else { return nil }
    let inner = target.dropFirst(Self.prefix.count)
    let end = inner.firstIndex { $0 == "/" || $0 == "?" } ?? inner.endIndex
    profile = String(inner[..<end])
    let tail = inner[end...]
    isAuthRequest = tail == "?mode=auth_request"
    rest = tail.hasPrefix("/") ? String(tail) : ""
    strangeQuery = rest.isEmpty && !isAuthRequest && tail.count > 1 ? String(tail) : nil
  }
}

/// Forward authentication for proxies.
struct AuthInterface {
  private enum Header {
    static let user = HTTPField.Name("Keyledger-User-Id")
    static let key = HTTPField.Name("Keyledger-Api-Key-Id")
    static let organization = HTTPField.Name("Keyledger-Organization-Id")
    static let status = HTTPField.Name("Keyledger-Status")
    static let body = HTTPField.Name("Keyledger-Body")
  }

  let core: GatewayCore

  func respond(
    to request: Request, _ target: AuthTarget, _ context: GatewayContext
  ) async throws -> Response {
    guard let loaded = core.profiles[target.profile] else {
      throw APIError.notFound("there is no such profile")
    }
    if target.strangeQuery != nil {
      return ambiguous("expected no query, or mode=auth_request", target)
    }
    let incoming = IncomingRequest(
      method: request.method.rawValue, headers: request.headers, peer: context.peerAddress)
    let original: OriginalRequest
    do throws(OriginalRequest.Ambiguity) {
      original = try OriginalRequest(
        incoming, rest: target.rest, trusting: core.trustedProxies)
    } catch {
      return ambiguous(error.problem, target)
    }
    switch await core.decider.decide(original, for: loaded) {
    case .allowed(let outcome): return allow(outcome, loaded.profile)
    case .refused(let outcome):
      return refuse(RefusalFacts(outcome.answer), loaded.profile, target)
    case .ambiguous(let problem): return ambiguous(problem, target)
    case .unavailable(let failure):
      if case .notRecorded(let error) = failure {
        context.logger.debug("a request was not recorded", metadata: ["problem": "\(error)"])
      }
      return refuse(RefusalFacts(reason: .overloaded), loaded.profile, target)
    }
  }

  private func allow(_ outcome: RequestOutcome, _ profile: APIProfile) -> Response {
    var headers = HTTPFields()
    set(Header.user, outcome.user ?? "", in: &headers)
    set(Header.key, outcome.answer.key ?? "", in: &headers)
    set(Header.organization, outcome.answer.organization ?? "", in: &headers)
    for (name, value) in profile.limitHeaders(outcome.answer.shown) {
      set(HTTPField.Name(name), value, in: &headers)
    }
    return Response(status: .ok, headers: headers)
  }

  private func refuse(
    _ refusal: RefusalFacts, _ profile: APIProfile, _ target: AuthTarget
  ) -> Response {
    return refuse(profile.answer(to: refusal), target)
  }

  /// Nothing was decided: it cannot be told about what.
  private func ambiguous(_ problem: String, _ target: AuthTarget) -> Response {
    let row = Row(["error": .text("bad_request"), "message": .text(problem)])
    return refuse(
      ProfileAnswer(
        status: 400, headers: [("Content-Type", "application/json")],
        body: JSONText.compact(.object(row))), target)
  }

  private func refuse(_ answer: ProfileAnswer, _ target: AuthTarget) -> Response {
    var headers = HTTPFields()
    for (name, value) in answer.headers { set(HTTPField.Name(name), value, in: &headers) }
    guard target.isAuthRequest else {
      return Response(
        status: .init(code: answer.status), headers: headers,
        body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }
    set(Header.status, "\(answer.status)", in: &headers)
    set(Header.body, answer.bodyAsHeader, in: &headers)
    headers[.contentType] = nil
    return Response(status: answer.status == 401 ? .unauthorized : .forbidden, headers: headers)
  }

  private func set(_ name: HTTPField.Name?, _ value: String, in headers: inout HTTPFields) {
    if let name { headers.append(HTTPField(name: name, value: value)) }
  }
}

extension RefusalFacts {
  init(_ answer: RequestAnswer) {
    self.init(
      reason: answer.reason, standing: answer.shown, refusing: answer.refusing,
      retryAfter: answer.retryAfter)
  }
}
