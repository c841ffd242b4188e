extension LedgerState {
  /// The decision on a recorded request, from the state before it and the facts in its record.
  /// `nil` for imported history, which decided elsewhere.
  package func decideAgain(_ request: RequestDecided, recorded: Event) -> Ruling? {
    guard recorded.origin == nil, let profile = request.profile,
      profiles.indices.contains(profile.index)
    else { return nil }
    if request.reason.isFact { return Ruling(reason: request.reason) }
    guard let identity = identity(of: request, at: recorded.recorded) else {
      // A public route, or a session of somebody who is not registered.
      return Ruling(reason: request.reason)
    }
    if let refusal = identity.refusal { return Ruling(reason: refusal) }
    // A record that was refused before its facts were looked at does not have them; the rules that
    // need them were not reached then, and are reached only under other rules.
    return rule(request, identity, at: recorded.recorded)
  }

  /// Who the record says made the request, looked up in this state.
  package func identity(of request: RequestDecided, at now: Timestamp) -> Identity? {
    if let key = request.key {
      return keys.indices.contains(key.index) ? identify(key, at: now) : nil
    }
    guard request.credential == .session, let organization = request.organization,
      let user = request.user
    else { return nil }
    let owner = Membership(organization: organization, user: user)
    return identify(sessionOf: owner)
  }
}
