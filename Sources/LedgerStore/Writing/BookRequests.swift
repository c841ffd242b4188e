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
    if let reason = anonymousReason(facts, at: now), !flood.admits(at: now) {
      flood.count(facts.profile, reason, at: now)
      return .counted(RequestOutcome(answer: RequestAnswer(reason: reason)))
    }
    facts.client = try sealer.client(
      address: facts.address, userAgent: request.userAgent, recorded: now, in: state)
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
    let name = sealer.name(of: state.users[user.index]) ?? "user:\(user.value)"
    userNames[user] = name
    return name
  }
}
