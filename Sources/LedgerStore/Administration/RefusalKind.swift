package import Ledger

/// What sort of answer a refusal is, from which exit codes and HTTP statuses follow.
package enum RefusalKind: Sendable, Hashable {
  /// Something that was named does not exist.
  case notFound
  /// It contradicts what is there.
  case conflict
  /// It would have been possible earlier.
  case tooLate
  /// It is understood, and cannot be.
  case unprocessable
}

extension Refusal {
  package var kind: RefusalKind {
    switch self {
    case .unknown: .notFound
    case .exists, .revoked, .expired, .alreadyRotated, .repeatedCreation, .repeatedReport,
      .contradictedReport, .idempotencyConflict, .importedBefore:
      .conflict
    case .tooLate: .tooLate
    case .invalid, .unrelatedDecision, .tooLarge: .unprocessable
    }
  }
}
