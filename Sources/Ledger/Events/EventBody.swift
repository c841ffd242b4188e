/// What happened, one case for each event of `schemas/event.proto`.
package enum EventBody: Equatable, Sendable {
  case requestDecided(RequestDecided)
  case organizationRegistered(OrganizationRegistered)
  case organizationDisabled(OrganizationDisabled)
  case organizationEnabled(OrganizationEnabled)
  case userRegistered(UserRegistered)
  case userDisabled(UserDisabled)
  case userEnabled(UserEnabled)
  case operationDefined(OperationDefined)
  case clientSeen(ClientSeen)
  case profileSet(ProfileSet)
  case keyCreated(KeyCreated)
  case keyObserved(KeyObserved)
  case keyRenamed(KeyRenamed)
  case keyEnabled(KeyEnabled)
  case keyDisabled(KeyDisabled)
  case keyExpirySet(KeyExpirySet)
  case keyRateLimitSet(KeyRateLimitSet)
  case keyScopesSet(KeyScopesSet)
  case keyAddressesSet(KeyAddressesSet)
  case keyMetadataSet(KeyMetadataSet)
  case keyRotated(KeyRotated)
  case keyRevoked(KeyRevoked)
  case sessionDenied(SessionDenied)
  case tokenCreated(TokenCreated)
  case tokenRevoked(TokenRevoked)
  case pepperRotated(PepperRotated)
  case requestsCoalesced(RequestsCoalesced)
  case taskReported(TaskReported)
  case abuseBlocked(AbuseBlocked)
  case abuseReleased(AbuseReleased)
  case creditsGranted(CreditsGranted)
  case creditsRefunded(CreditsRefunded)
  case auditAccessed(AuditAccessed)
  case subjectErased(SubjectErased)
  case importCompleted(ImportCompleted)
  case checkpointRotated(CheckpointRotated)
  case logStarted(LogStarted)
  case logStopped(LogStopped)
  case logTrimmed(LogTrimmed)

  package var type: EventType {
    switch self {
    case .requestDecided: .requestDecided
    case .organizationRegistered: .organizationRegistered
    case .organizationDisabled: .organizationDisabled
    case .organizationEnabled: .organizationEnabled
    case .userRegistered: .userRegistered
    case .userDisabled: .userDisabled
    case .userEnabled: .userEnabled
    case .operationDefined: .operationDefined
    case .clientSeen: .clientSeen
    case .profileSet: .profileSet
    case .keyCreated: .keyCreated
    case .keyObserved: .keyObserved
    case .keyRenamed: .keyRenamed
    case .keyEnabled: .keyEnabled
    case .keyDisabled: .keyDisabled
    case .keyExpirySet: .keyExpirySet
    case .keyRateLimitSet: .keyRateLimitSet
    case .keyScopesSet: .keyScopesSet
    case .keyAddressesSet: .keyAddressesSet
    case .keyMetadataSet: .keyMetadataSet
    case .keyRotated: .keyRotated
    case .keyRevoked: .keyRevoked
    case .sessionDenied: .sessionDenied
    case .tokenCreated: .tokenCreated
    case .tokenRevoked: .tokenRevoked
    case .pepperRotated: .pepperRotated
    case .requestsCoalesced: .requestsCoalesced
    case .taskReported: .taskReported
    case .abuseBlocked: .abuseBlocked
    case .abuseReleased: .abuseReleased
    case .creditsGranted: .creditsGranted
    case .creditsRefunded: .creditsRefunded
    case .auditAccessed: .auditAccessed
    case .subjectErased: .subjectErased
    case .importCompleted: .importCompleted
    case .checkpointRotated: .checkpointRotated
    case .logStarted: .logStarted
    case .logStopped: .logStopped
    case .logTrimmed: .logTrimmed
    }
  }

  /// Writes the case as a field of `Event`.
  func encode(into encoder: inout WireEncoder) throws(WireError) {
    switch self {
    case .requestDecided(let body): try write(body, into: &encoder)
    case .organizationRegistered(let body): try write(body, into: &encoder)
    case .organizationDisabled(let body): try write(body, into: &encoder)
    case .organizationEnabled(let body): try write(body, into: &encoder)
    case .userRegistered(let body): try write(body, into: &encoder)
    case .userDisabled(let body): try write(body, into: &encoder)
    case .userEnabled(let body): try write(body, into: &encoder)
    case .operationDefined(let body): try write(body, into: &encoder)
    case .clientSeen(let body): try write(body, into: &encoder)
    case .profileSet(let body): try write(body, into: &encoder)
    case .keyCreated(let body): try write(body, into: &encoder)
    case .keyObserved(let body): try write(body, into: &encoder)
    case .keyRenamed(let body): try write(body, into: &encoder)
    case .keyEnabled(let body): try write(body, into: &encoder)
    case .keyDisabled(let body): try write(body, into: &encoder)
    case .keyExpirySet(let body): try write(body, into: &encoder)
    case .keyRateLimitSet(let body): try write(body, into: &encoder)
    case .keyScopesSet(let body): try write(body, into: &encoder)
    case .keyAddressesSet(let body): try write(body, into: &encoder)
    case .keyMetadataSet(let body): try write(body, into: &encoder)
    case .keyRotated(let body): try write(body, into: &encoder)
    case .keyRevoked(let body): try write(body, into: &encoder)
    case .sessionDenied(let body): try write(body, into: &encoder)
    case .tokenCreated(let body): try write(body, into: &encoder)
    case .tokenRevoked(let body): try write(body, into: &encoder)
    case .pepperRotated(let body): try write(body, into: &encoder)
    case .requestsCoalesced(let body): try write(body, into: &encoder)
    case .taskReported(let body): try write(body, into: &encoder)
    case .abuseBlocked(let body): try write(body, into: &encoder)
    case .abuseReleased(let body): try write(body, into: &encoder)
    case .creditsGranted(let body): try write(body, into: &encoder)
    case .creditsRefunded(let body): try write(body, into: &encoder)
    case .auditAccessed(let body): try write(body, into: &encoder)
    case .subjectErased(let body): try write(body, into: &encoder)
    case .importCompleted(let body): try write(body, into: &encoder)
    case .checkpointRotated(let body): try write(body, into: &encoder)
    case .logStarted(let body): try write(body, into: &encoder)
    case .logStopped(let body): try write(body, into: &encoder)
    case .logTrimmed(let body): try write(body, into: &encoder)
    }
  }

  private func write<M: Message>(
    _ body: M, into encoder: inout WireEncoder
  ) throws(WireError) {
    var message = body
    try encoder.delimited(Int(type.rawValue)) { (encoder) throws(WireError) in
      try message.visit(&encoder)
    }
  }

  /// Reads the case whose field has the number of `type`.
  init(_ type: EventType, decoding bytes: UnsafeRawBufferPointer) throws(WireError) {
    switch type {
    case .requestDecided: self = .requestDecided(try RequestDecided(decoding: bytes))
    case .organizationRegistered: self = .organizationRegistered(try read(bytes))
    case .organizationDisabled: self = .organizationDisabled(try read(bytes))
    case .organizationEnabled: self = .organizationEnabled(try read(bytes))
    case .userRegistered: self = .userRegistered(try read(bytes))
    case .userDisabled: self = .userDisabled(try read(bytes))
    case .userEnabled: self = .userEnabled(try read(bytes))
    case .operationDefined: self = .operationDefined(try read(bytes))
    case .clientSeen: self = .clientSeen(try read(bytes))
    case .profileSet: self = .profileSet(try read(bytes))
    case .keyCreated: self = .keyCreated(try read(bytes))
    case .keyObserved: self = .keyObserved(try read(bytes))
    case .keyRenamed: self = .keyRenamed(try read(bytes))
    case .keyEnabled: self = .keyEnabled(try read(bytes))
    case .keyDisabled: self = .keyDisabled(try read(bytes))
    case .keyExpirySet: self = .keyExpirySet(try read(bytes))
    case .keyRateLimitSet: self = .keyRateLimitSet(try read(bytes))
    case .keyScopesSet: self = .keyScopesSet(try read(bytes))
    case .keyAddressesSet: self = .keyAddressesSet(try read(bytes))
    case .keyMetadataSet: self = .keyMetadataSet(try read(bytes))
    case .keyRotated: self = .keyRotated(try read(bytes))
    case .keyRevoked: self = .keyRevoked(try read(bytes))
    case .sessionDenied: self = .sessionDenied(try read(bytes))
    case .tokenCreated: self = .tokenCreated(try read(bytes))
    case .tokenRevoked: self = .tokenRevoked(try read(bytes))
    case .pepperRotated: self = .pepperRotated(try read(bytes))
    case .requestsCoalesced: self = .requestsCoalesced(try read(bytes))
    case .taskReported: self = .taskReported(try read(bytes))
    case .abuseBlocked: self = .abuseBlocked(try read(bytes))
    case .abuseReleased: self = .abuseReleased(try read(bytes))
    case .creditsGranted: self = .creditsGranted(try read(bytes))
    case .creditsRefunded: self = .creditsRefunded(try read(bytes))
    case .auditAccessed: self = .auditAccessed(try read(bytes))
    case .subjectErased: self = .subjectErased(try read(bytes))
    case .importCompleted: self = .importCompleted(try read(bytes))
    case .checkpointRotated: self = .checkpointRotated(try read(bytes))
    case .logStarted: self = .logStarted(try read(bytes))
    case .logStopped: self = .logStopped(try read(bytes))
    case .logTrimmed: self = .logTrimmed(try read(bytes))
    }
  }

  /// The fields of each case, in the order of `EventType.allCases`, for the comparison with the
  /// schema.
  package static let schema: [(type: EventType, fields: [SchemaCollector.Field])] = [
    (.requestDecided, SchemaCollector.fields(of: RequestDecided.self)),
    (.organizationRegistered, SchemaCollector.fields(of: OrganizationRegistered.self)),
    (.organizationDisabled, SchemaCollector.fields(of: OrganizationDisabled.self)),
    (.organizationEnabled, SchemaCollector.fields(of: OrganizationEnabled.self)),
    (.userRegistered, SchemaCollector.fields(of: UserRegistered.self)),
    (.userDisabled, SchemaCollector.fields(of: UserDisabled.self)),
    (.userEnabled, SchemaCollector.fields(of: UserEnabled.self)),
    (.operationDefined, SchemaCollector.fields(of: OperationDefined.self)),
    (.clientSeen, SchemaCollector.fields(of: ClientSeen.self)),
    (.profileSet, SchemaCollector.fields(of: ProfileSet.self)),
    (.keyCreated, SchemaCollector.fields(of: KeyCreated.self)),
    (.keyObserved, SchemaCollector.fields(of: KeyObserved.self)),
    (.keyRenamed, SchemaCollector.fields(of: KeyRenamed.self)),
    (.keyEnabled, SchemaCollector.fields(of: KeyEnabled.self)),
    (.keyDisabled, SchemaCollector.fields(of: KeyDisabled.self)),
    (.keyExpirySet, SchemaCollector.fields(of: KeyExpirySet.self)),
    (.keyRateLimitSet, SchemaCollector.fields(of: KeyRateLimitSet.self)),
    (.keyScopesSet, SchemaCollector.fields(of: KeyScopesSet.self)),
    (.keyAddressesSet, SchemaCollector.fields(of: KeyAddressesSet.self)),
    (.keyMetadataSet, SchemaCollector.fields(of: KeyMetadataSet.self)),
    (.keyRotated, SchemaCollector.fields(of: KeyRotated.self)),
    (.keyRevoked, SchemaCollector.fields(of: KeyRevoked.self)),
    (.sessionDenied, SchemaCollector.fields(of: SessionDenied.self)),
    (.tokenCreated, SchemaCollector.fields(of: TokenCreated.self)),
    (.tokenRevoked, SchemaCollector.fields(of: TokenRevoked.self)),
    (.pepperRotated, SchemaCollector.fields(of: PepperRotated.self)),
    (.requestsCoalesced, SchemaCollector.fields(of: RequestsCoalesced.self)),
    (.taskReported, SchemaCollector.fields(of: TaskReported.self)),
    (.abuseBlocked, SchemaCollector.fields(of: AbuseBlocked.self)),
    (.abuseReleased, SchemaCollector.fields(of: AbuseReleased.self)),
    (.creditsGranted, SchemaCollector.fields(of: CreditsGranted.self)),
    (.creditsRefunded, SchemaCollector.fields(of: CreditsRefunded.self)),
    (.auditAccessed, SchemaCollector.fields(of: AuditAccessed.self)),
    (.subjectErased, SchemaCollector.fields(of: SubjectErased.self)),
    (.importCompleted, SchemaCollector.fields(of: ImportCompleted.self)),
    (.checkpointRotated, SchemaCollector.fields(of: CheckpointRotated.self)),
    (.logStarted, SchemaCollector.fields(of: LogStarted.self)),
    (.logStopped, SchemaCollector.fields(of: LogStopped.self)),
    (.logTrimmed, SchemaCollector.fields(of: LogTrimmed.self)),
  ]
}

private func read<M: Message>(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> M {
  try WireDecoder.decode(M.self, from: bytes)
}
