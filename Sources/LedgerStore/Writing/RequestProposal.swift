package import Ledger

/// A request that waits for its decision.
package struct RequestProposal: Sendable {
  /// Without the client, which the writer looks up.
  package var facts: RequestFacts
  package var userAgent: String?

  package init(_ facts: RequestFacts, userAgent: String?) {
    self.facts = facts
    self.userAgent = userAgent
  }
}

/// A decision that is durable.
package struct RequestOutcome: Sendable {
  package var answer: RequestAnswer
  /// The user's external id, where the request was allowed.
  package var user: String?
  /// `nil` where the decision was only counted, in a flood.
  package var sequence: UInt64?
}

/// Why a request gets no decision. The caller answers 503 and lets nothing pass.
package enum RequestFailure: Error, Sendable {
  /// Too many requests wait already.
  case overloaded
  /// The log cannot be written.
  case notRecorded(StoreError)
}
