/// The events of one command while they are being decided: knows the ordinals that the events
/// before have claimed.
struct Draft {
  let state: LedgerState
  let recorded: Timestamp
  let actor: Actor?
  var origin: Origin?
  private(set) var events: [Event] = []

  private var newOrganizations: [String: OrganizationOrdinal] = [:]
  private var newUsers: [Tag: UserOrdinal] = [:]
  private var newOperations: [String: OperationOrdinal] = [:]
  private var newKeys: [String: KeyOrdinal] = [:]
  private var newClients = 0

  init(state: LedgerState, recorded: Timestamp, actor: Actor?) {
    self.state = state
    self.recorded = recorded
    self.actor = actor
  }

  /// Adds an event; answers `nil`, so that a decision can end with it.
  @discardableResult
  mutating func add(_ body: EventBody, by actor: Actor? = nil) -> Refusal? {
    events.append(
      Event(recorded: recorded, origin: origin, actor: actor ?? self.actor, body: body))
    return nil
  }

  /// Adds an event that holds as much as the caller liked to give.
  mutating func add(bounded body: EventBody, as what: String) -> Refusal? {
    var record: [UInt8] = []
    do throws(WireError) {
      add(body)
      try events[events.count - 1].encode(to: &record)
    } catch {
      return .invalid("\(what) cannot be written: \(error)")
    }
    return record.count <= Event.recordLimit ? nil : .tooLarge(what)
  }

  mutating func organization(_ id: String) -> OrganizationOrdinal {
    if let known = state.index.organizations[id] ?? newOrganizations[id] { return known }
    let ordinal = OrganizationOrdinal(state.organizations.count + newOrganizations.count)
    newOrganizations[id] = ordinal
    add(.organizationRegistered(OrganizationRegistered(id: id)))
    return ordinal
  }

  mutating func user(
    _ reference: UserReference, of organization: OrganizationOrdinal
  ) -> UserOrdinal {
    switch reference {
    case .known(let ordinal): return ordinal
    case .new(let tag, let sealed):
      if let known = state.index.users[tag] ?? newUsers[tag] { return known }
      let ordinal = UserOrdinal(state.users.count + newUsers.count)
      newUsers[tag] = ordinal
      add(.userRegistered(UserRegistered(organization: organization, tag: tag, sealed: sealed)))
      return ordinal
    }
  }

  mutating func operation(_ name: String) -> OperationOrdinal {
    if let known = state.index.operations[name] ?? newOperations[name] { return known }
    let ordinal = OperationOrdinal(state.operations.count + newOperations.count)
    newOperations[name] = ordinal
    add(.operationDefined(OperationDefined(name: name)))
    return ordinal
  }

  mutating func client(_ reference: ClientReference) -> ClientOrdinal {
    switch reference {
    case .known(let ordinal): return ordinal
    case .new(let tag, let sealed):
      if let known = state.index.clients[tag] { return known }
      let ordinal = ClientOrdinal(state.clients.count + newClients)
      newClients += 1
      add(.clientSeen(ClientSeen(tag: tag, sealed: sealed)))
      return ordinal
    }
  }

  func knownKey(_ id: String) -> KeyOrdinal? { state.index.keys[id] ?? newKeys[id] }

  /// The ordinal the next introduced key will have; the caller adds the event that introduces it.
  mutating func claimKey(_ id: String) -> KeyOrdinal {
    let ordinal = KeyOrdinal(state.keys.count + newKeys.count)
    newKeys[id] = ordinal
    return ordinal
  }

  /// What a request without organization or user means when it is made with `key`, if the key is
  /// known to the state already.
  func introduced(_ key: KeyOrdinal) -> Membership? {
    state.keys.indices.contains(key.index) ? state.keys[key.index].introduced : nil
  }
}
