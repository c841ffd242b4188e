import Ledger

/// Events of every type, for the tests of the codec.
enum EventCorpus {
  /// `perType` random events of every type, and one in each of the other styles.
  static func events(perType: Int, seed: UInt64) -> [Event] {
    var filler = MessageFiller(style: .random, random: SeededGenerator(seed: seed))
    var events: [Event] = []
    for type in EventType.allCases {
      for style in MessageFiller.Style.allCases {
        filler.style = style
        for _ in 0..<(style == .random ? perType : 1) { events.append(event(type, &filler)) }
      }
    }
    return events
  }

  static func event(_ type: EventType, _ filler: inout MessageFiller) -> Event {
    let recorded: Int64 =
      switch filler.style {
      case .unset: 0
      case .allSet: 1_741_089_600_000_000
      case .extreme: .max
      case .random: Int64(bitPattern: filler.random.next()) >> (filler.random.next() % 64)
      case .crowded: Int64.random(in: 0...4, using: &filler.random)
      }
    let isOptional = filler.style == .random || filler.style == .crowded
    var origin: Origin?
    var actor: Actor?
    if filler.style != .unset {
      if !isOptional || filler.random.chance(1, in: 2) { origin = filler.make(Origin.self) }
      if !isOptional || filler.random.chance(1, in: 2) { actor = filler.make(Actor.self) }
    }
    return Event(
      recorded: Timestamp(microseconds: recorded), origin: origin, actor: actor,
      body: body(type, &filler))
  }

  static func body(_ type: EventType, _ filler: inout MessageFiller) -> EventBody {
    switch type {
    case .requestDecided: .requestDecided(filler.make())
    case .organizationRegistered: .organizationRegistered(filler.make())
    case .organizationDisabled: .organizationDisabled(filler.make())
    case .organizationEnabled: .organizationEnabled(filler.make())
    case .userRegistered: .userRegistered(filler.make())
    case .userDisabled: .userDisabled(filler.make())
    case .userEnabled: .userEnabled(filler.make())
    case .operationDefined: .operationDefined(filler.make())
    case .clientSeen: .clientSeen(filler.make())
    case .profileSet: .profileSet(filler.make())
    case .keyCreated: .keyCreated(filler.make())
    case .keyObserved: .keyObserved(filler.make())
    case .keyRenamed: .keyRenamed(filler.make())
    case .keyEnabled: .keyEnabled(filler.make())
    case .keyDisabled: .keyDisabled(filler.make())
    case .keyExpirySet: .keyExpirySet(filler.make())
    case .keyRateLimitSet: .keyRateLimitSet(filler.make())
    case .keyScopesSet: .keyScopesSet(filler.make())
    case .keyAddressesSet: .keyAddressesSet(filler.make())
    case .keyMetadataSet: .keyMetadataSet(filler.make())
    case .keyRotated: .keyRotated(filler.make())
    case .keyRevoked: .keyRevoked(filler.make())
    case .sessionDenied: .sessionDenied(filler.make())
    case .tokenCreated: .tokenCreated(filler.make())
    case .tokenRevoked: .tokenRevoked(filler.make())
    case .pepperRotated: .pepperRotated(filler.make())
    case .requestsCoalesced: .requestsCoalesced(filler.make())
    case .taskReported: .taskReported(filler.make())
    case .abuseBlocked: .abuseBlocked(filler.make())
    case .abuseReleased: .abuseReleased(filler.make())
    case .creditsGranted: .creditsGranted(filler.make())
    case .creditsRefunded: .creditsRefunded(filler.make())
    case .auditAccessed: .auditAccessed(filler.make())
    case .subjectErased: .subjectErased(filler.make())
    case .importCompleted: .importCompleted(filler.make())
    case .checkpointRotated: .checkpointRotated(filler.make())
    case .logStarted: .logStarted(filler.make())
    case .logStopped: .logStopped(filler.make())
    case .logTrimmed: .logTrimmed(filler.make())
    }
  }
}
