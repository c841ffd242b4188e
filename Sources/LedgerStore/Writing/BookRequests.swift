internal import Ledger

/// Requests: decided in the order of their arrival, or, where nobody is behind them and too many
/// come, only counted.
extension Book {
  enum Decided {
    case recorded(RequestOutcome)
    /// To be answered when the record that counts it is durable.
    case counted(RequestOutcome)
    /// There is no such profile.
    case refused(Refusal)
  }

  mutating func decide(
    _ request: RequestProposal, at now: Timestamp
  ) throws(StoreError) -> Decided {
    var facts = request.facts
    let anonymous = anonymousReason(facts, at: now)
    if let anonymous, !flood.admits(anonymous, at: now) {
      flood.count(facts.profile, anonymous, at: now)
      return .counted(RequestOutcome(answer: RequestAnswer(reason: anonymous)))
    }
    var allowance = newClients
    facts.client = try sealer.client(
      address: facts.address,
      userAgent: request.userAgent.map { Limits.clipped($0, toBytes: Limits.userAgentBytes) },
      recorded: now, in: state
    ) { allowance.take(isAnonymous: anonymous != nil, at: now) }
    newClients = allowance
    let receipt: Receipt
    switch try decide(.decideRequest(facts), by: nil, at: now) {
    case .success(let decided): receipt = decided
    case .failure(let refusal): return .refused(refusal)
    }
    // The introductions of a client and an operation stand before the decision.
    guard case .requestDecided(let decided)? = receipt.events.last?.body else {
      throw .invalid("a request was decided without a record")
    }
    let answer = state.answer(to: decided, at: now)
    return .recorded(
      RequestOutcome(
        answer: answer, user: decided.reason == .allowed ? userName(answer.user) : nil,
        sequence: receipt.first + UInt64(receipt.events.count) - 1))
  }

  /// What is decided where nobody is behind a request; `nil` where somebody is.
  private func anonymousReason(_ facts: RequestFacts, at now: Timestamp) -> Reason? {
    if facts.isPublic { return .allowed }
    guard let refusal = state.identify(facts, at: now).refusal, refusal.isUnauthenticated else {
      return nil
    }
    return refusal
  }

  private mutating func userName(_ user: UserOrdinal?) -> String? {
    guard let user else { return nil }
    if let known = userNames[user] { return known }
    // Erased: nobody is named, because any name could be somebody's.
    let name = sealer.name(of: state.users[user.index]) ?? ""
    userNames[user] = name
    return name
  }
}
