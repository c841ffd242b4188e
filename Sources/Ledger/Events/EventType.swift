/// The kinds of event. A raw value is the number of the event's field in `Event` of
/// `schemas/event.proto`; it is below 64, so that a set of kinds fits one word.
package enum EventType: UInt8, CaseIterable, Sendable {
  case requestDecided = 4
  case organizationRegistered = 16
  case organizationDisabled = 17
  case organizationEnabled = 18
  case userRegistered = 19
  case userDisabled = 20
  case userEnabled = 21
  case operationDefined = 22
  case clientSeen = 23
  case profileSet = 24
  case keyCreated = 25
  case keyObserved = 26
  case keyRenamed = 27
  case keyEnabled = 28
  case keyDisabled = 29
  case keyExpirySet = 30
  case keyRateLimitSet = 31
  case keyScopesSet = 32
  case keyAddressesSet = 33
  case keyMetadataSet = 34
  case keyRotated = 35
  case keyRevoked = 36
  case sessionDenied = 37
  case tokenCreated = 38
  case tokenRevoked = 39
  case pepperRotated = 40
  case requestsCoalesced = 41
  case taskReported = 42
  case abuseBlocked = 43
  case abuseReleased = 44
  case creditsGranted = 45
  case creditsRefunded = 46
  case auditAccessed = 47
  case subjectErased = 48
  case importCompleted = 49
  case checkpointRotated = 50
  case logStarted = 51
  case logStopped = 52
  case logTrimmed = 53

  /// The name in interfaces: `key.created`.
  package var name: String {
    switch self {
    case .requestDecided: "request.decided"
    case .organizationRegistered: "organization.registered"
    case .organizationDisabled: "organization.disabled"
    case .organizationEnabled: "organization.enabled"
    case .userRegistered: "user.registered"
    case .userDisabled: "user.disabled"
    case .userEnabled: "user.enabled"
    case .operationDefined: "operation.defined"
    case .clientSeen: "client.seen"
    case .profileSet: "profile.set"
    case .keyCreated: "key.created"
    case .keyObserved: "key.observed"
    case .keyRenamed: "key.renamed"
    case .keyEnabled: "key.enabled"
    case .keyDisabled: "key.disabled"
    case .keyExpirySet: "key.expiry_set"
    case .keyRateLimitSet: "key.rate_limit_set"
    case .keyScopesSet: "key.scopes_set"
    case .keyAddressesSet: "key.addresses_set"
    case .keyMetadataSet: "key.metadata_set"
    case .keyRotated: "key.rotated"
    case .keyRevoked: "key.revoked"
    case .sessionDenied: "session.denied"
    case .tokenCreated: "token.created"
    case .tokenRevoked: "token.revoked"
    case .pepperRotated: "pepper.rotated"
    case .requestsCoalesced: "requests.coalesced"
    case .taskReported: "task.reported"
    case .abuseBlocked: "abuse.blocked"
    case .abuseReleased: "abuse.released"
    case .creditsGranted: "credits.granted"
    case .creditsRefunded: "credits.refunded"
    case .auditAccessed: "audit.accessed"
    case .subjectErased: "subject.erased"
    case .importCompleted: "import.completed"
    case .checkpointRotated: "checkpoint.rotated"
    case .logStarted: "log.started"
    case .logStopped: "log.stopped"
    case .logTrimmed: "log.trimmed"
    }
  }

  package init?(name: String) {
    guard let type = EventType.allCases.first(where: { $0.name == name }) else { return nil }
    self = type
  }

  /// The kind's bit in the summary of a block, by which readers pass over blocks.
  package var summaryBit: UInt64 { 1 << UInt64(rawValue) }
}
