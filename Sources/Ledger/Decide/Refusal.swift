/// Why a command is not carried out. A value, not a throw: deciding is total.
package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
  case unknown(Thing, String)
  case exists(Thing, String)
  /// A revoked key stays revoked, and nothing else about it changes.
  case revoked(key: String)
  case expired(key: String)
  case alreadyRotated(key: String, to: String)
  case invalid(String)
  /// An event of imported history is recorded already, with the same content or another.
  case importedBefore(String, isSame: Bool)
  /// The same call was carried out before; it made this key.
  case repeatedCreation(KeyOrdinal)
  /// The same report is recorded already.
  case repeatedReport(SequenceNumber)
  /// The task was reported before with the other outcome.
  case contradictedReport(SequenceNumber)
  /// The decision is not one about the user.
  case unrelatedDecision(SequenceNumber)
  /// The decision is too old to be refunded.
  case tooLate(SequenceNumber)
  /// An idempotency key was used before for another call.
  case idempotencyConflict
  /// No more ordinals, or a record beyond what a tile can hold.
  case tooLarge(String)

  package enum Thing: String, Sendable {
    case organization, user, key, operation, token, profile
  }

  package var description: String {
    switch self {
    case .unknown(.profile, let name):
      "there is no profile '\(name)'; keyledgerd records the shipped ones when it first starts"
    case .unknown(let thing, let name): "there is no \(thing.rawValue) '\(name)'"
    case .exists(let thing, let name): "\(thing.rawValue) '\(name)' exists already"
    case .revoked(let key): "key '\(key)' is revoked; revocation is final"
    case .expired(let key): "key '\(key)' has expired"
    case .alreadyRotated(let key, let to): "key '\(key)' was rotated to '\(to)' already"
    case .invalid(let problem): problem
    case .importedBefore(let id, let isSame):
      "event '\(id)' was recorded before\(isSame ? "" : " with other content")"
    case .repeatedCreation: "the key was made by the same call before"
    case .repeatedReport(let sequence): "the report was recorded before, as \(sequence.value)"
    case .contradictedReport(let sequence):
      "the task was reported before with the other outcome, as \(sequence.value)"
    case .unrelatedDecision(let sequence): "record \(sequence.value) is no decision on that user"
    case .tooLate(let sequence):
      "decision \(sequence.value) is more than 24 h old; it is not refunded any more"
    case .idempotencyConflict: "the idempotency key was used before for another call"
    case .tooLarge(let what): "\(what) is too large for one record"
    }
  }
}
