internal import Ledger

/// The records that a decision rests on: of each kind the last one before it, and every piece of
/// evidence of a block.
struct Evidence {
  private let key: KeyOrdinal?
  private let keyID: String?
  private let organization: OrganizationOrdinal?
  private let user: UserOrdinal?
  private let profile: String?
  private let blocked: Set<UInt64>
  private let costs: Bool
  private let session: Tag?
  private var last: [EventType: UInt64] = [:]
  private var every: [UInt64: EventType] = [:]

  /// What a record can be that counts: the fewer, the more of the log is passed over.
  var types: [EventType] {
    var types: [EventType] = [
      .organizationDisabled, .organizationEnabled, .userDisabled, .userEnabled, .profileSet,
    ]
    if key != nil {
      types += [
        .keyCreated, .keyObserved, .keyRotated, .keyEnabled, .keyDisabled, .keyExpirySet,
        .keyRevoked, .keyRateLimitSet, .keyScopesSet, .keyAddressesSet,
      ]
    }
    if !blocked.isEmpty { types += [.taskReported, .abuseBlocked] }
    if session != nil { types.append(.sessionDenied) }
    if costs { types += [.creditsGranted, .creditsRefunded] }
    return types
  }

  init(
    _ request: RequestDecided, _ subject: RequestSubject?, _ key: KeyOrdinal?,
    in state: LedgerState
  ) {
    session = request.session
    self.key = key
    keyID = key.flatMap { state.keys[$0.index].id }
    organization = subject?.organization
    user = subject?.user
    let used = request.profile.flatMap {
      state.profiles.indices.contains($0.index) ? state.profiles[$0.index] : nil
    }
    profile = used?.name
    costs = used?.policy?.cost(of: request.operation) ?? 0 > 0
    let block = request.reason == .abuseBlocked ? user.flatMap { state.users[$0.index].block } : nil
    blocked = Set(block?.evidence.map(\.value) ?? [])
  }

  /// By sequence.
  var records: [(sequence: UInt64, type: EventType)] {
    let all = every.merging(last.map { ($0.value, $0.key) }) { first, _ in first }
    return all.map { (sequence: $0.key, type: $0.value) }.sorted { $0.sequence < $1.sequence }
  }

  mutating func look(at body: EventBody, _ sequence: UInt64) {
    if blocked.contains(sequence) {
      every[sequence] = body.type
    } else if introducesKey(body) {
      every[sequence] = body.type
    } else if counts(body) {
      last[body.type] = sequence
    }
  }

  /// Also the record of an imported key's creation that came after its first use.
  private func introducesKey(_ body: EventBody) -> Bool {
    guard let keyID else { return false }
    switch body {
    case .keyCreated(let body): return body.id == keyID || body.key == key
    case .keyObserved(let body): return body.id == keyID
    case .keyRotated(let body): return body.id == keyID
    default: return false
    }
  }

  private func counts(_ body: EventBody) -> Bool {
    switch body {
    case .organizationDisabled(let body): return body.organization == organization
    case .organizationEnabled(let body): return body.organization == organization
    case .userDisabled(let body): return body.user == user
    case .userEnabled(let body): return body.user == user
    case .profileSet(let body): return body.name == profile
    case .abuseBlocked(let body): return !blocked.isEmpty && body.user == user
    case .creditsGranted(let body): return costs && body.user == user
    case .creditsRefunded(let body): return costs && body.user == user
    case .sessionDenied(let body): return session != nil && body.session == session
    case .keyRenamed, .keyMetadataSet: return false
    default: return key != nil && body.changedKey == key
    }
  }
}
