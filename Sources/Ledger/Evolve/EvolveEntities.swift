extension LedgerState {
  /// Organizations and users.
  mutating func applyToEntity(_ event: Event) {
    let stamp = event.stamp
    switch event.body {
    case .organizationRegistered(let body):
      guard let at = index.organizations[body.id ?? ""]?.index else { return }
      organizationActivity[at].exist(at: event.happened)
      organizations[at].registered = earliest(organizations[at].registered, event)
    case .organizationDisabled(let body):
      setOrganization(body.organization, on: false, event)
    case .organizationEnabled(let body):
      setOrganization(body.organization, on: true, event)
    case .userRegistered(let body):
      guard let user = body.tag.flatMap({ index.users[$0] }) else { return }
      users[user.index].registered = earliest(users[user.index].registered, event)
      belong(Membership(organization: body.organization, user: user), at: stamp)
    case .userDisabled(let body): setUser(body.user, on: false, event)
    case .userEnabled(let body): setUser(body.user, on: true, event)
    case .subjectErased(let body):
      if let user = body.user, users.indices.contains(user.index) {
        users[user.index].isErased = true
      }
      if let client = body.client, clients.indices.contains(client.index) {
        clients[client.index].isErased = true
      }
    default: return
    }
  }

  private func earliest(_ held: Earliest<Creation>?, _ event: Event) -> Earliest<Creation> {
    var register = held ?? Earliest()
    register.offer(Creation(actor: event.actor), at: event.stamp)
    return register
  }

  private mutating func setOrganization(
    _ organization: OrganizationOrdinal, on: Bool, _ event: Event
  ) {
    guard organizations.indices.contains(organization.index) else { return }
    organizationActivity[organization.index].exist(at: event.happened)
    organizations[organization.index].enabled = organizations[organization.index].enabled
      .setting(Switch(isOn: on, actor: event.actor), at: event.stamp)
  }

  private mutating func setUser(_ user: UserOrdinal, on: Bool, _ event: Event) {
    guard users.indices.contains(user.index) else { return }
    userActivity[user.index].exist(at: event.happened)
    users[user.index].enabled = users[user.index].enabled
      .setting(Switch(isOn: on, actor: event.actor), at: event.stamp)
  }

  /// A record names a user with an organization: both exist from then at the latest, and the
  /// earliest such record tells where the user belongs.
  mutating func belong(_ membership: Membership, at stamp: Stamp) {
    guard users.indices.contains(membership.user.index),
      organizations.indices.contains(membership.organization.index)
    else { return }
    organizationActivity[membership.organization.index].exist(at: stamp.happened)
    userActivity[membership.user.index].exist(at: stamp.happened)
    var register = users[membership.user.index].belongs ?? Earliest()
    register.offer(membership, at: stamp)
    users[membership.user.index].belongs = register
  }
}

extension Optional {
  /// The register with one more change in it.
  func setting<Value>(_ value: Value, at stamp: Stamp) -> Latest<Value>
  where Wrapped == Latest<Value> {
    var register = self ?? Latest()
    register.set(value, at: stamp)
    return register
  }
}
