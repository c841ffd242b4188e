package import EventLog
package import Ledger

/// Which records of the trail a question is about.
package struct TrailFilter: Sendable {
  package var since: Timestamp?
  package var until: Timestamp?
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?
  package var key: KeyOrdinal?
  package var operation: OperationOrdinal?
  package var clients: Set<ClientOrdinal>?
  package var types: Set<EventType> = []
  package var decision: Decision?
  package var reason: Reason?

  package init() {}

  /// The kinds of event that can match; empty for all.
  private var possibleTypes: Set<EventType> {
    let possible: Set<EventType>
    if clients != nil || decision != nil || reason != nil {
      possible = [.requestDecided]
    } else if operation != nil {
      possible = [.requestDecided, .operationDefined]
    } else {
      return types
    }
    return types.isEmpty ? possible : types.intersection(possible)
  }

  /// Whether a block can hold a record that matches.
  package func mayMatch(_ block: BlockInfo) -> Bool {
    if let since, block.maxHappened < since.microseconds { return false }
    if let until, block.minHappened >= until.microseconds { return false }
    let wanted = possibleTypes
    if wanted.isEmpty { return types.isEmpty }
    return wanted.contains { block.summary & $0.summaryBit != 0 }
  }

  /// `subject` is what the event is about, in the state of the whole range.
  func admits(_ event: Event, _ subject: TrailSubject) -> Bool {
    if let since, event.happened < since { return false }
    if let until, event.happened >= until { return false }
    if !types.isEmpty, !types.contains(event.body.type) { return false }
    if let organization, subject.organization != organization { return false }
    if let user, !subject.users.contains(user) { return false }
    if let key, !subject.keys.contains(key) { return false }
    if let operation, subject.operation != operation { return false }
    if let clients {
      guard let client = subject.client, clients.contains(client) else { return false }
    }
    if let decision, subject.reason.map({ Decision($0) }) != decision { return false }
    if let reason, subject.reason != reason { return false }
    return true
  }
}

/// What an event is about.
struct TrailSubject {
  var organization: OrganizationOrdinal?
  var user: UserOrdinal?
  var key: KeyOrdinal?
  var operation: OperationOrdinal?
  var client: ClientOrdinal?
  var reason: Reason?
  /// Everybody and every key whose story the event is part of: who made the request and with which
  /// key, whose life it is, who acted, and what a request acted on.
  var users: Set<UserOrdinal> = []
  var keys: Set<KeyOrdinal> = []

  init(_ event: Event, in state: LedgerState) {
    switch event.body {
    case .requestDecided(let body): request(body, state)
    case .organizationRegistered(let body):
      organization = state.index.organizations[body.id ?? ""]
    case .organizationDisabled(let body): organization = body.organization
    case .organizationEnabled(let body): organization = body.organization
    case .userRegistered(let body):
      organization = body.organization
      user = body.tag.flatMap { state.index.users[$0] }
    case .userDisabled(let body): user = body.user
    case .userEnabled(let body): user = body.user
    case .keyCreated(let body):
      own(body.owner, body.key ?? state.index.keys[body.id ?? ""])
    case .keyObserved(let body): own(body.owner, state.index.keys[body.id ?? ""])
    case .keyRotated(let body):
      own(owner(of: body.key, state), state.index.keys[body.id ?? ""])
      keys.insert(body.key)
    case .taskReported(let body): user = body.user
    case .abuseBlocked(let body): user = body.user
    case .abuseReleased(let body): user = body.user
    case .creditsGranted(let body): user = body.user
    case .creditsRefunded(let body): user = body.user
    case .subjectErased(let body): user = body.user
    case .operationDefined(let body): operation = state.index.operations[body.name ?? ""]
    default:
      if let key = event.body.changedKey { own(owner(of: key, state), key) }
    }
    if let user { users.insert(user) }
    if let key { keys.insert(key) }
    if let actor = event.actor {
      if let user = actor.user { users.insert(user) }
      if let key = actor.key { keys.insert(key) }
    }
    if organization == nil, let user, state.users.indices.contains(user.index) {
      organization = state.users[user.index].organization
    }
  }

  private mutating func request(_ body: RequestDecided, _ state: LedgerState) {
    let subject = state.subject(of: body)
    organization = subject?.organization
    user = subject?.user
    key = body.key
    operation = body.operation
    client = body.client
    reason = body.reason
    if let target = body.targetKey {
      keys.insert(target)
      if let owner = owner(of: target, state) { users.insert(owner.user) }
    }
  }

  private mutating func own(_ owner: Membership?, _ key: KeyOrdinal?) {
    self.key = key
    organization = owner?.organization
    user = owner?.user
  }

  private func owner(of key: KeyOrdinal, _ state: LedgerState) -> Membership? {
    state.keys.indices.contains(key.index) ? state.keys[key.index].owner : nil
  }
}

extension LedgerReader {
  private struct LimitReached: Error {}

  /// Records of `from..<to` that match, in the order of the log, at most `limit`. Returns whether
  /// there are more.
  package func trail(
    _ filter: TrailFilter, from: UInt64, to: UInt64, limit: Int = .max, in state: LedgerState,
    _ body: (Row) throws -> Void
  ) throws -> Bool {
    var count = 0
    do {
      try read(from: from, to: to, where: filter.mayMatch) { sequence, event in
        let subject = TrailSubject(event, in: state)
        guard filter.admits(event, subject) else { return }
        guard count < limit else { throw LimitReached() }
        count += 1
        try body(eventRow(event, at: sequence, subject, in: state))
      }
      return false
    } catch is LimitReached {
      return true
    }
  }

  func eventRow(
    _ event: Event, at sequence: UInt64, _ subject: TrailSubject, in state: LedgerState
  ) -> Row {
    let client = subject.client.map { names.client($0, in: state) }
    var request: RequestDecided?
    if case .requestDecided(let body) = event.body { request = body }
    return Row([
      "sequence": Value(sequence),
      "recordedAt": .time(event.recorded),
      "occurredAt": .time(event.happened),
      "type": .text(event.body.type.name),
      "organization": Value(subject.organization.map { names.organization($0, in: state) }),
      "user": Value(subject.user.map { names.user($0, in: state) }),
      "key": Value(subject.key.map { names.key($0, in: state) }),
      "operation": Value(subject.operation.map { names.operation($0, in: state) }),
      "decision": Value(subject.reason.map { Decision($0).rawValue }),
      "reason": Value(subject.reason?.name),
      "actor": Value(
        event.actor.flatMap { actor($0, in: state) }
          ?? (request == nil ? nil : subject.user.map { names.user($0, in: state) })),
      "actorKey": Value(
        (event.actor?.key ?? request?.key).map { names.key($0, in: state) }),
      "clientAddress": Value(client?.address),
      "userAgent": Value(client?.userAgent),
      "errorCode": Value(request?.errorCode),
      "requestType": request.map { $0.type == .unspecified ? .null : .text($0.type.name) } ?? .null,
      "targetKey": Value(request?.targetKey.map { names.key($0, in: state) }),
      "detail": Value(detail(event.body, in: state)),
      "source": Value(event.origin?.source.name),
      "sourceId": Value(event.origin?.id),
    ])
  }
}
