extension LedgerState {
  /// Tokens, sessions, peppers, profiles, outcomes, blocks and credits.
  mutating func applyToAccess(_ event: Event, at sequence: SequenceNumber) {
    switch event.body {
    case .tokenCreated(let body):
      guard let at = body.hash.flatMap({ index.tokens[$0]?.index }) else { return }
      tokens[at].created = event.happened
      tokens[at].expires = body.expires
    case .tokenRevoked(let body):
      guard tokens.indices.contains(body.token.index) else { return }
      tokens[body.token.index].revoked = tokens[body.token.index].revoked ?? event.happened
    case .sessionDenied(let body):
      if let session = body.session { deniedSessions[session] = body.expires }
    case .pepperRotated(let body): pepper = body.pepper
    case .profileSet(let body):
      guard let profile = index.profiles[body.name ?? ""] else { return }
      profiles[profile.index].version = body.version
      profiles[profile.index].document = body.document
      profiles[profile.index].policy = body.policy
    case .taskReported(let body):
      reports &+= 1
      guard users.indices.contains(body.user.index), !body.succeeded else { return }
      users[body.user.index].failures.append(
        FailedTask(recorded: event.recorded, sequence: sequence))
      forgetFailures(of: body.user, at: event.recorded)
    case .abuseBlocked(let body):
      guard users.indices.contains(body.user.index) else { return }
      users[body.user.index].block = Block(
        began: event.happened, until: body.until, evidence: body.evidence)
      // What led to a block never counts again.
      users[body.user.index].failures.removeAll()
    case .abuseReleased(let body):
      guard users.indices.contains(body.user.index) else { return }
      users[body.user.index].block = nil
    case .creditsGranted(let body): credit(body.user, body.amount)
    case .creditsRefunded(let body):
      credit(body.user, body.amount)
      refunds[body.decision] = event.recorded
    default: return
    }
  }

  /// Drops failures that no rule in force looks at any more.
  private mutating func forgetFailures(of user: UserOrdinal, at now: Timestamp) {
    let first = profiles.compactMap { $0.policy?.abuse?.windowStart(at: now) }.min() ?? now
    users[user.index].failures.removeAll { $0.recorded <= first }
  }

  mutating func charge(_ user: UserOrdinal, _ amount: UInt64) {
    let (rest, tooMuch) = users[user.index].credits
      .subtractingReportingOverflow(Int64(clamping: amount))
    users[user.index].credits = tooMuch ? .min : rest
  }

  private mutating func credit(_ user: UserOrdinal, _ amount: UInt64) {
    guard users.indices.contains(user.index) else { return }
    let (sum, tooMuch) = users[user.index].credits.addingReportingOverflow(Int64(clamping: amount))
    users[user.index].credits = tooMuch ? .max : sum
  }
}
