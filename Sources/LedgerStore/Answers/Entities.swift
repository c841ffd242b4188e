package import Ledger

extension LedgerReader {
  /// Organizations by external id.
  package func organizations(in answer: StateAtMoment) -> [Row] {
    let state = answer.state
    return state.organizations.indices
      .filter { state.organizationActivity[$0].since != nil }
      .sorted {
        bytesPrecede(state.organizations[$0].id ?? "", state.organizations[$1].id ?? "")
      }
      .map { index in
        let activity = state.organizationActivity[index]
        return Row([
          "id": Value(state.organizations[index].id),
          "state": .text(state.organizations[index].isEnabled ? "active" : "disabled"),
          "firstSeenAt": Value(activity.since),
          "lastUsedAt": Value(activity.lastAllowed),
          "requests": Value(activity.requests),
        ])
      }
  }

  /// Users by external id.
  package func users(
    in answer: StateAtMoment, of organization: OrganizationOrdinal? = nil
  ) -> [Row] {
    let state = answer.state
    return state.users.indices
      .filter { index in
        state.userActivity[index].since != nil
          && (organization == nil || state.users[index].organization == organization)
      }
      .map { (names.user(UserOrdinal($0), in: state), $0) }
      .sorted { bytesPrecede($0.0, $1.0) }
      .map { name, index in
        let user = state.users[index]
        let activity = state.userActivity[index]
        return Row([
          "id": .text(name),
          "organization": Value(user.organization.map { names.organization($0, in: state) }),
          "state": .text(user.isEnabled ? "active" : "disabled"),
          "firstSeenAt": Value(activity.since),
          "lastUsedAt": Value(activity.lastAllowed),
          "requests": Value(activity.requests),
        ])
      }
  }

  /// Abuse blocks in force.
  package func blocks(in answer: StateAtMoment) -> [Row] {
    let state = answer.state
    return state.users.indices.compactMap { index in
      guard let block = state.users[index].block, block.until > answer.clock else { return nil }
      return Row([
        "user": .text(names.user(UserOrdinal(index), in: state)),
        "beganAt": .time(block.began),
        "until": .time(block.until),
        "evidence": .list(block.evidence.map { .number(Int64(clamping: $0.value)) }),
      ])
    }.sorted(by: "user")
  }

  /// Users with a balance.
  package func credits(in answer: StateAtMoment) -> [Row] {
    let state = answer.state
    return state.users.indices.compactMap { index in
      guard state.users[index].credits != 0 else { return nil }
      return Row([
        "user": .text(names.user(UserOrdinal(index), in: state)),
        "balance": .number(state.users[index].credits),
      ])
    }.sorted(by: "user")
  }
}

extension [Row] {
  fileprivate func sorted(by name: String) -> [Row] {
    func text(_ row: Row) -> String {
      if case .text(let text)? = row[name] { return text }
      return ""
    }
    return sorted { bytesPrecede(text($0), text($1)) }
  }
}
