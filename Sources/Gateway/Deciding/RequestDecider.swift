internal import HTTPTypes
internal import Ledger
internal import LedgerStore

/// Takes a request apart into facts and has it decided. Everything costly happens here, on the
/// request's own thread; the writer gets hashes.
struct RequestDecider: Sendable {
  let writer: LedgerWriter
  let sessions: SessionDoor

  enum Verdict: Sendable {
    case allowed(RequestOutcome)
    case refused(RequestOutcome)
    /// Nothing was decided; the reason is the caller's fault.
    case ambiguous(String)
    /// Nothing was decided, and nothing may pass.
    case unavailable(RequestFailure)
  }

  func decide(_ request: OriginalRequest, for loaded: LoadedProfile) async -> Verdict {
    let operation: String
    var isPublic = false
    switch loaded.profile.route(method: request.method, target: request.target) {
    case .operation(let name): operation = name
    case .public(let name): (operation, isPublic) = (name, true)
    case .ambiguous(let problem): return .ambiguous(problem)
    }
    var facts = RequestFacts(profile: loaded.ordinal, operation: operation)
    facts.isPublic = isPublic
    facts.address = request.clientAddress
    if !isPublic { present(request.headers, to: loaded.profile, in: &facts) }
    let proposal = RequestProposal(facts, userAgent: request.headers[.userAgent])
    switch await writer.decide(proposal) {
    case .success(let outcome):
      return outcome.answer.reason == .allowed ? .allowed(outcome) : .refused(outcome)
    case .failure(let failure): return .unavailable(failure)
    }
  }

  private func present(
    _ headers: HTTPFields, to profile: APIProfile, in facts: inout RequestFacts
  ) {
    let shown = profile.credentials(headers)
    facts.tenant = shown.tenant
    switch shown.key {
    case .none: facts.key = .none
    case .malformed: facts.key = .malformed
    case .text(let key): facts.key = writer.hasher.key(key)
    }
    guard shown.wantsSession else { return }
    switch sessions.session(cookieHeaders: headers[values: .cookie]) {
    case .none: facts.session = .none
    case .invalid: facts.session = .invalid
    case .valid(let user, let id, let expires):
      facts.session = writer.hasher.session(user: user, id: id, expires: expires)
    }
  }
}
