/// The rules of a profile as a command names them: operations by name.
package struct ProfileRules: Hashable, Sendable {
  package struct Limit: Hashable, Sendable {
    package var operation: String?
    package var algorithm: LimitAlgorithm
    package var scope: LimitScope
    package var limit: RateLimit
    package var isCustomizable: Bool
    package var isShown: Bool

    package init(
      operation: String?, algorithm: LimitAlgorithm, scope: LimitScope, limit: RateLimit,
      isCustomizable: Bool, isShown: Bool
    ) {
      self.operation = operation
      self.algorithm = algorithm
      self.scope = scope
      self.limit = limit
      self.isCustomizable = isCustomizable
      self.isShown = isShown
    }

    /// What is the same where two limits would use up one limiter; see `LimiterID`.
    fileprivate var limiter: Limit {
      let span = RateLimit(capacity: 0, refill: 0, interval: limit.interval)
      return Limit(
        operation: operation, algorithm: algorithm, scope: scope, limit: span,
        isCustomizable: false, isShown: false)
    }
  }

  package struct Cost: Hashable, Sendable {
    package var operation: String
    package var credits: UInt64

    package init(operation: String, credits: UInt64) {
      self.operation = operation
      self.credits = credits
    }
  }

  package var limits: [Limit]
  package var costs: [Cost]
  package var abuse: AbuseRule?
  /// Every operation the profile names.
  package var operations: [String]

  package init(limits: [Limit], costs: [Cost], abuse: AbuseRule?, operations: [String]) {
    self.limits = limits
    self.costs = costs
    self.abuse = abuse
    self.operations = operations
  }
}

/// Profiles, sessions, tokens, peppers, credits, blocks.
extension LedgerState {
  func decideAccess(_ command: Command, _ draft: inout Draft) -> Refusal? {
    switch command {
    case .setProfile(let name, let document, let rules):
      return setProfile(name, document, rules, &draft)
    case .denySession(let session, let expires):
      // The later end stands: a denial that is forgotten too early lets the session in again.
      if let held = deniedSessions[session], held >= expires { return nil }
      return draft.add(.sessionDenied(SessionDenied(session: session, expires: expires)))
    case .revokeToken(let token):
      guard tokens[token.index].revoked == nil else { return nil }
      return draft.add(.tokenRevoked(TokenRevoked(token: token)))
    case .rotatePepper(let number):
      return number > pepper
        ? draft.add(.pepperRotated(PepperRotated(pepper: number)))
        : .invalid("pepper \(number) is not after pepper \(pepper)")
    case .grantCredits(let user, let amount):
      if amount == 0 || amount > Self.mostCredits {
        return .invalid("credits are granted from 1 to \(Self.mostCredits) at a time")
      }
      if users[user.index].credits > Int64(Self.mostCredits) {
        return .invalid("no balance grows beyond \(Self.mostCredits)")
      }
      return draft.add(.creditsGranted(CreditsGranted(user: user, amount: amount)))
    case .releaseBlock(let user):
      guard let block = users[user.index].block, block.until > draft.recorded else { return nil }
      return draft.add(.abuseReleased(AbuseReleased(user: user)))
    case .reportTask(let outcome): return report(outcome, &draft)
    case .recordAccess(let resource, let logSize):
      let resource = Limits.clipped(resource, toBytes: Limits.nameBytes)
      return draft.add(.auditAccessed(AuditAccessed(resource: resource, logSize: logSize)))
    case .coalesce(let counts):
      return draft.add(bounded: .requestsCoalesced(counts), as: "a count of refusals")
    default: return .invalid("the command does not concern access")
    }
  }

  /// Far from the end of the integers, and more than anybody sells.
  private static var mostCredits: UInt64 { 1 << 53 }

  private func setProfile(
    _ name: String, _ document: String, _ rules: ProfileRules, _ draft: inout Draft
  ) -> Refusal? {
    if let refusal = checkName(name, of: "a profile's name") { return refusal }
    guard document.utf8.count <= Limits.profileBytes else { return .tooLarge("profile '\(name)'") }
    if let refusal = check(rules) { return refusal }
    let held = index.profiles[name].map { profiles[$0.index] }
    if held?.document == document { return nil }
    for operation in rules.operations { _ = draft.operation(operation) }
    let limits = rules.limits.map { limit in
      LimitRule(
        operation: limit.operation.map { draft.operation($0) }, algorithm: limit.algorithm,
        scope: limit.scope, limit: limit.limit, isCustomizable: limit.isCustomizable,
        isShown: limit.isShown)
    }
    let costs = rules.costs.map {
      OperationCost(operation: draft.operation($0.operation), credits: $0.credits)
    }
    let set = ProfileSet(
      name: name, version: held.map { min($0.version, .max - 1) + 1 } ?? 1, document: document,
      policy: Policy(limits: limits, costs: costs, abuse: rules.abuse))
    return draft.add(bounded: .profileSet(set), as: "profile '\(name)'")
  }

  /// Rules that can be kept: what they count, for whom, and numbers that mean something.
  private func check(_ rules: ProfileRules) -> Refusal? {
    let named = rules.limits.compactMap(\.operation) + rules.costs.map(\.operation)
    for operation in rules.operations + named {
      if let refusal = checkName(operation, of: "an operation's name") { return refusal }
    }
    var counted: Set<ProfileRules.Limit> = []
    for limit in rules.limits {
      if let refusal = checkLimit(limit.limit) { return refusal }
      guard limit.algorithm != .unspecified, limit.scope != .unspecified else {
        return .invalid("a limit needs an algorithm and something that shares it")
      }
      // Two limits on one limiter would count every request twice.
      guard counted.insert(limit.limiter).inserted else {
        return .invalid("two limits count the same requests over the same time")
      }
    }
    if rules.costs.contains(where: { $0.credits > Self.mostCredits }) {
      return .invalid("an operation costs at most \(Self.mostCredits) credits")
    }
    guard let abuse = rules.abuse else { return nil }
    let isSound =
      (1...Limits.evidence).contains(abuse.threshold) && abuse.window > 0 && abuse.duration > 0
    return isSound
      ? nil : .invalid("a block needs 1 to \(Limits.evidence) failures and positive times")
  }
}
