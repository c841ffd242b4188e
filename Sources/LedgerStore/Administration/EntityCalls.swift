internal import Ledger

/// Organizations and users.
extension Administration {
  func create(_ body: OrganizationCreation) -> PreparedCall {
    PreparedCall { _, _, _ in
      .success(.registerOrganization(id: body.id))
    } tell: { _ in
      .answer(stateAnswer(body.id, isEnabled: true, isNew: true))
    }
  }

  func setOrganization(_ id: String, _ patch: EntityPatch) -> PreparedCall {
    PreparedCall { state, _, _ in
      organization(id, in: state).map { .setOrganization($0, enabled: patch.enabled) }
    } tell: { receipt in
      .answer(stateAnswer(id, isEnabled: patch.enabled, changed: receipt.changed))
    }
  }

  func create(_ body: UserCreation) -> PreparedCall {
    PreparedCall { state, sealer, _ throws(StoreError) in
      guard let organization = state.index.organizations[body.organization] else {
        return .failure(.unknown(.organization, body.organization))
      }
      if let refusal = state.checkName(body.id, of: "a user's id") { return .failure(refusal) }
      if case .success = user(body.id, in: state) { return .failure(.exists(.user, body.id)) }
      let user = try sealer.user(body.id, in: state)
      return .success(.registerUser(user, organization: organization))
    } tell: { _ in
      .answer(stateAnswer(body.id, isEnabled: true, isNew: true))
    }
  }

  func setUser(_ id: String, _ patch: EntityPatch) -> PreparedCall {
    PreparedCall { state, _, _ in
      user(id, in: state).map { .setUser($0, enabled: patch.enabled) }
    } tell: { receipt in
      .answer(stateAnswer(id, isEnabled: patch.enabled, changed: receipt.changed))
    }
  }

  private func stateAnswer(
    _ id: String, isEnabled: Bool, changed: Value? = nil, isNew: Bool = false
  ) -> AdministrationAnswer {
    var row = Row(["id": .text(id), "state": .text(isEnabled ? "active" : "disabled")])
    if let changed { row.append("changed", changed) }
    return AdministrationAnswer(row, isNew: isNew)
  }
}
