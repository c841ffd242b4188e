/// The outcome of a task, as somebody reports it.
package struct TaskOutcome: Sendable {
  package var user: UserOrdinal
  /// Keyed hash of the task's id.
  package var task: Tag
  package var succeeded: Bool
  /// The decision it belongs to, read from the log.
  package var decision: ReportedDecision?
  /// The report of the same task that is recorded already.
  package var earlier: EarlierReport?

  package init(
    user: UserOrdinal, task: Tag, succeeded: Bool, decision: ReportedDecision?,
    earlier: EarlierReport?
  ) {
    self.user = user
    self.task = task
    self.succeeded = succeeded
    self.decision = decision
    self.earlier = earlier
  }
}

package struct ReportedDecision: Sendable, Hashable {
  package var sequence: SequenceNumber
  package var user: UserOrdinal
  package var charged: UInt64
  package var recorded: Timestamp

  package init(
    sequence: SequenceNumber, user: UserOrdinal, charged: UInt64, recorded: Timestamp
  ) {
    self.sequence = sequence
    self.user = user
    self.charged = charged
    self.recorded = recorded
  }
}

package struct EarlierReport: Sendable, Hashable {
  package var sequence: SequenceNumber
  package var succeeded: Bool

  package init(sequence: SequenceNumber, succeeded: Bool) {
    self.sequence = sequence
    self.succeeded = succeeded
  }
}

extension LedgerState {
  /// A report, with the refund of a failure and the block that it may lead to.
  func report(_ outcome: TaskOutcome, _ draft: inout Draft) -> Refusal? {
    let user = outcome.user
    if let earlier = outcome.earlier {
      return earlier.succeeded == outcome.succeeded
        ? .repeatedReport(earlier.sequence) : .contradictedReport(earlier.sequence)
    }
    var refund: UInt64 = 0
    if let decision = outcome.decision {
      guard decision.user == user else { return .unrelatedDecision(decision.sequence) }
      if !outcome.succeeded, decision.charged > 0, refunds[decision.sequence] == nil {
        let end = decision.recorded.adding(seconds: Limits.repeatSeconds)
        guard draft.recorded < end else { return .tooLate(decision.sequence) }
        refund = decision.charged
      }
    }
    // The report's own place: nothing else has been drafted.
    let here = SequenceNumber(logSize)
    draft.add(
      .taskReported(
        TaskReported(
          user: user, task: outcome.task, succeeded: outcome.succeeded,
          decision: outcome.decision?.sequence)))
    if refund > 0, let decision = outcome.decision {
      draft.add(
        .creditsRefunded(
          CreditsRefunded(user: user, amount: refund, decision: decision.sequence)))
    }
    if !outcome.succeeded, let block = block(user, with: here, at: draft.recorded) {
      draft.add(.abuseBlocked(block))
    }
    return nil
  }

  /// The block that one more failure leads to under any profile's rule; the longest of them.
  private func block(
    _ user: UserOrdinal, with report: SequenceNumber, at now: Timestamp
  ) -> AbuseBlocked? {
    let failures =
      users[user.index].failures + [FailedTask(recorded: now, sequence: report)]
    var longest: AbuseBlocked?
    for rule in profiles.compactMap({ $0.policy?.abuse }) where rule.threshold > 0 {
      let first = rule.windowStart(at: now)
      let counted = failures.filter { $0.recorded > first }
      guard counted.count >= Int(rule.threshold) else { continue }
      // A block that goes on is not cut short by more failures.
      let until = max(
        now.adding(microseconds: rule.duration), users[user.index].block?.until ?? .distantPast)
      if let longest, longest.until >= until { continue }
      longest = AbuseBlocked(user: user, until: until, evidence: counted.map(\.sequence))
    }
    return longest
  }
}
