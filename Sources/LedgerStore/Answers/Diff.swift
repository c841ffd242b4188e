internal import EventLog
internal import Ledger

/// One field of one thing that changed.
private struct Change {
  var thing: DiffThing
  var id: String
  var field: String
  var before: Value
  var after: Value
  /// `nil` for what the passing of time did.
  var sequence: UInt64?
  var stamp: Stamp
  var actor: String?

  var row: Row {
    Row([
      "entity": .text(thing.entity), "id": .text(id), "field": .text(field), "before": before,
      "after": after, "sequence": sequence.map { Value($0) } ?? .null,
      "occurredAt": .time(stamp.happened), "actor": Value(actor),
    ])
  }
}

extension LedgerReader {
  /// What happened in `[from, to)`. Between times: everything that happened then, in the order in
  /// which it happened, whenever it was recorded, of the first `logSize` records. Between log
  /// sizes: what those records say, in their order.
  package func diff(
    from: Moment, to: Moment, knownAt logSize: UInt64? = nil
  ) throws(StoreError) -> [Row] {
    if let first = from.before, let end = to.before {
      guard first <= end else { throw .invalid("a diff goes from the earlier to the later") }
      return try diff(first..<end, at: logSize ?? self.logSize)
    }
    guard let first = from.logSize, let end = to.logSize else {
      throw .invalid("a diff needs two times or two log sizes")
    }
    guard first <= end else { throw .invalid("a diff goes from the earlier to the later") }
    return try diff(first..<self.logSize(at: Moment(logSize: end)))
  }

  private func diff(
    _ times: Range<Timestamp>, at size: UInt64
  ) throws(StoreError) -> [Row] {
    let known = try state(at: Moment(logSize: size)).state
    var story: [Told] = []
    try forEachEvent(
      from: 0, to: size,
      where: { block in
        block.maxHappened >= times.lowerBound.microseconds
          && block.minHappened < times.upperBound.microseconds
      }
    ) { sequence, event throws(StoreError) in
      if times.contains(event.happened) { story.append((sequence, event)) }
    }
    story.sort { a, b in
      a.event.stamp != b.event.stamp ? a.event.stamp < b.event.stamp : a.sequence < b.sequence
    }
    var past = try state(at: Moment(logSize: size, before: times.lowerBound)).state
    var changes: [Change] = []
    var rest = story[...]
    while let first = rest.first {
      // An event of a source is one change, of how many records it may be made: fewer where an
      // earlier import had introduced its things.
      let isImported = first.event.origin != nil
      let group =
        isImported ? rest.prefix(while: { $0.event.stamp == first.event.stamp }) : rest.prefix(1)
      rest = rest.dropFirst(group.count)
      changes += changed(by: group, known: known, in: &past) { state, told in
        state.show(told.event, at: SequenceNumber(told.sequence))
      }
    }
    changes += expiries(during: times, in: past)
    return changes.sorted { a, b in
      if a.stamp != b.stamp { return a.stamp < b.stamp }
      return (a.thing.entity, a.id, a.field) < (b.thing.entity, b.id, b.field)
    }.map(\.row)
  }

  private func diff(_ sizes: Range<UInt64>) throws(StoreError) -> [Row] {
    let known = try state(at: Moment(logSize: sizes.upperBound)).state
    var past = try state(at: Moment(logSize: sizes.lowerBound)).state
    var rows: [Row] = []
    try forEachEvent(from: sizes.lowerBound, to: sizes.upperBound) {
      sequence, event throws(StoreError) in
      rows += changed(by: [(sequence, event)], known: known, in: &past) { $0.evolve($1.event) }
        .map(\.row)
    }
    return rows
  }

  private typealias Told = (sequence: UInt64, event: Event)

  /// Compares what the events, which happened together, speak of before and after them. A change is
  /// told with the record that is about the thing itself, if there is one.
  private func changed(
    by events: ArraySlice<Told>, known: LedgerState, in past: inout LedgerState,
    _ fold: (inout LedgerState, Told) -> Void
  ) -> [Change] {
    guard let stamp = events.first?.event.stamp else { return [] }
    var things: [DiffThing] = []
    var told: [DiffThing: Told] = [:]
    for (sequence, event) in events {
      for thing in event.references(in: known).compactMap({ DiffThing($0) }) {
        if told[thing] == nil { things.append(thing) }
        if told[thing] == nil || thing.isSubject(of: event) { told[thing] = (sequence, event) }
      }
    }
    let before = things.map { fields(of: $0, in: past, at: stamp.happened) }
    for told in events { fold(&past, told) }
    var changes: [Change] = []
    for (thing, before) in zip(things, before) {
      let after = fields(of: thing, in: past, at: stamp.happened)
      let event = told[thing]?.event
      let actor = event.flatMap { thing.isSubject(of: $0) ? $0.actor : nil }
      for column in after.columns {
        let old = before[column.name] ?? .null
        guard old != column.value else { continue }
        changes.append(
          Change(
            thing: thing, id: name(of: thing, in: known), field: column.name, before: old,
            after: column.value, sequence: told[thing]?.sequence, stamp: stamp,
            actor: actor.flatMap { self.actor($0, in: known) }))
      }
    }
    return changes
  }

  /// Keys that expired by themselves.
  private func expiries(during times: Range<Timestamp>, in state: LedgerState) -> [Change] {
    state.keys.indices.compactMap { index in
      let key = KeyOrdinal(index)
      let held = state.keys[index]
      guard state.keyActivity[index].since != nil, let expiry = state.expiry(of: key),
        times.contains(expiry.time), (held.revoked?.happened).map({ $0 > expiry.time }) ?? true,
        // An expiry set to a time gone by is told with the record that set it.
        (held.expires?.stamp?.happened).map({ $0 < expiry.time }) ?? true
      else { return nil }
      return Change(
        thing: .key(key), id: held.id ?? "", field: "state",
        before: .text(held.isEnabled ? "active" : "disabled"), after: .text("expired"),
        sequence: nil, stamp: Stamp(happened: expiry.time, source: ""), actor: nil)
    }
  }

  private func name(of thing: DiffThing, in state: LedgerState) -> String {
    switch thing {
    case .organization(let organization): names.organization(organization, in: state)
    case .user(let user): names.user(user, in: state)
    case .key(let key): names.key(key, in: state)
    }
  }

  /// What a diff tells of a thing; nothing for what does not exist yet.
  private func fields(
    of thing: DiffThing, in state: LedgerState, at time: Timestamp
  ) -> Row {
    switch thing {
    case .organization(let organization):
      guard state.organizationActivity.element(organization.index)?.since != nil else {
        return Row()
      }
      let held = state.organizations[organization.index]
      return Row(["state": .text(held.isEnabled ? "active" : "disabled")])
    case .user(let user):
      guard state.userActivity.element(user.index)?.since != nil else { return Row() }
      let held = state.users[user.index]
      return Row([
        "state": .text(held.isEnabled ? "active" : "disabled"),
        "organization": Value(held.organization.map { names.organization($0, in: state) }),
        "blockedUntil": Value(held.block?.until),
      ])
    case .key(let key): return fields(of: key, in: state, at: time)
    }
  }

  private func fields(
    of key: KeyOrdinal, in state: LedgerState, at time: Timestamp
  ) -> Row {
    guard state.keyActivity.element(key.index)?.since != nil else { return Row() }
    let held = state.keys[key.index]
    return Row([
      "state": .text(state.status(of: key, at: time).rawValue),
      "createdAt": Value(held.created?.happened),
      "organization": Value(held.owner.map { names.organization($0.organization, in: state) }),
      "user": Value(held.owner.map { names.user($0.user, in: state) }),
      "name": Value(held.name?.value?.value),
      "expiresAt": Value(state.expiry(of: key)?.time),
      "limit": limit(held),
      "scopes": held.scopes == nil ? .null : scopes(held, in: state),
      "addresses": held.addresses?.value.map { .list($0.ranges.map { .text($0) }) } ?? .null,
      "metadata": held.metadata == nil ? .null : held.metadataValue,
    ])
  }
}

/// What a diff speaks of.
private enum DiffThing: Hashable {
  case organization(OrganizationOrdinal)
  case user(UserOrdinal)
  case key(KeyOrdinal)

  /// Operations never change.
  init?(_ reference: Reference) {
    switch reference {
    case .organization(let organization): self = .organization(organization)
    case .user(let user): self = .user(user)
    case .key(let key): self = .key(key)
    case .operation: return nil
    }
  }

  /// Whether the event is about the thing itself. Others only name it: that a key was created for
  /// a user does not mean that its creator made the user.
  func isSubject(of event: Event) -> Bool {
    switch (self, event.body) {
    case (.key, .keyObserved), (.key, .requestDecided): false
    case (.key, _): true
    case (.user, .userRegistered), (.user, .userDisabled), (.user, .userEnabled),
      (.user, .abuseBlocked), (.user, .abuseReleased):
      true
    case (.organization, .organizationRegistered), (.organization, .organizationDisabled),
      (.organization, .organizationEnabled):
      true
    default: false
    }
  }

  var entity: String {
    switch self {
    case .organization: "organization"
    case .user: "user"
    case .key: "key"
    }
  }
}

extension Array {
  fileprivate func element(_ index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
