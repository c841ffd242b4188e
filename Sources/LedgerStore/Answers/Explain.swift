internal import EventLog
internal import Ledger

extension LedgerReader {
  /// Why a request was decided as it was, from the records before it. `isDecision` is false where
  /// the record is none, and is only told.
  package func explain(
    _ sequence: UInt64
  ) throws(StoreError) -> (row: Row, isDecision: Bool) {
    guard sequence < logSize else {
      throw .notFound("there is no record \(sequence); the log has \(logSize)")
    }
    var found: Event?
    try forEachEvent(from: sequence, to: sequence + 1) { _, event in found = event }
    guard let event = found else { throw .notFound("there is no record \(sequence)") }
    let state = try state(at: Moment(logSize: sequence)).state
    guard case .requestDecided(let request) = event.body else {
      var after = state
      after.evolve(event)
      let subject = TrailSubject(event, in: after)
      return (eventRow(event, at: sequence, subject, in: after), false)
    }
    return (try explain(request, event, at: sequence, in: state), true)
  }

  private func explain(
    _ request: RequestDecided, _ event: Event, at sequence: UInt64, in state: LedgerState
  ) throws(StoreError) -> Row {
    let subject = state.subject(of: request)
    let derived = state.decideAgain(request, recorded: event)?.reason
    let isLive = event.origin == nil
    let key = request.key.flatMap { state.keys.indices.contains($0.index) ? $0 : nil }
    let isRuled = isLive && request.reason.isAuthenticated
    var row = Row([
      "sequence": Value(sequence),
      "recordedAt": .time(event.recorded),
      "occurredAt": .time(event.happened),
      "type": .text(event.body.type.name),
      "decision": .text(Decision(request.reason).rawValue),
      "reason": .text(request.reason.name),
      "derived": Value(derived?.name),
      "agrees": derived.map { .flag($0 == request.reason) } ?? .null,
      "credential": .text(snakeCase(String(describing: request.credential))),
      "organization": Value(subject?.organization.map { names.organization($0, in: state) }),
      "user": Value(subject?.user.map { names.user($0, in: state) }),
      "key": Value(request.key.map { names.key($0, in: state) }),
      // Imported history came late: the state before the record is not the one before the request.
      "keyState": isLive
        ? Value(key.map { state.status(of: $0, at: event.recorded).rawValue }) : .null,
      "keyExpiresAt": isLive ? Value(key.flatMap { state.expiry(of: $0)?.time }) : .null,
      "profile": Value(request.profile.flatMap { profile($0, in: state)?.name }),
      "profileVersion": request.profile == nil ? .null : .number(Int64(request.profileVersion)),
      "operation": .text(names.operation(request.operation, in: state)),
      "address": verdict(request.address, isNone: request.address == .unspecified),
      "tenant": verdict(request.tenant, isNone: request.tenant == .unspecified),
    ])
    let limits =
      isRuled
      ? request.profile.map {
        state.limits($0, request.operation, user: subject?.user, key: request.key)
      } : nil
    row.append("limits", .list(readings(limits ?? [], in: state, at: event.recorded)))
    let user = isRuled ? subject?.user : nil
    row.append("credits", credits(request, user, in: state))
    row.append("block", block(of: user, at: event.recorded, in: state))
    var evidence = Evidence(request, subject, key, in: state)
    row.append("events", .list(try records(behind: &evidence, before: sequence)))
    return row
  }

  private func profile(_ ordinal: ProfileOrdinal, in state: LedgerState) -> Profile? {
    state.profiles.indices.contains(ordinal.index) ? state.profiles[ordinal.index] : nil
  }

  private func verdict<T>(_ verdict: T, isNone: Bool) -> Value {
    isNone ? .null : .text(snakeCase(String(describing: verdict)))
  }

  /// The balance before, what the operation costs, and what was charged.
  private func credits(
    _ request: RequestDecided, _ user: UserOrdinal?, in state: LedgerState
  ) -> Value {
    guard let user, let policy = request.profile.flatMap({ profile($0, in: state)?.policy }) else {
      return .null
    }
    return .object(
      Row([
        "balance": .number(state.users[user.index].credits),
        "cost": Value(policy.cost(of: request.operation)), "charged": Value(request.charged),
      ]))
  }

  private func block(of user: UserOrdinal?, at now: Timestamp, in state: LedgerState) -> Value {
    guard let block = user.flatMap({ state.users[$0.index].block }), block.until > now else {
      return .null
    }
    return .object(
      Row([
        "beganAt": .time(block.began), "until": .time(block.until),
        "evidence": .list(block.evidence.map { Value($0.value) }),
      ]))
  }

  /// One pass over the blocks that can hold them.
  private func records(
    behind evidence: inout Evidence, before sequence: UInt64
  ) throws(StoreError) -> [Value] {
    let wanted = evidence.types.reduce(0) { $0 | $1.summaryBit }
    var found = evidence
    try forEachEvent(
      from: 0, to: sequence, where: { $0.summary & wanted != 0 }
    ) { sequence, event in found.look(at: event.body, sequence) }
    evidence = found
    return found.records.map { sequence, type in
      .object(Row(["sequence": Value(sequence), "type": .text(type.name)]))
    }
  }
}
