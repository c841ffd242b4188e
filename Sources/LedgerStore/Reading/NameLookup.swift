package import Ledger

/// Names as they are asked for, looked up.
extension LedgerReader {
  package func organization(
    named id: String, in state: LedgerState
  ) throws(StoreError) -> OrganizationOrdinal {
    guard let found = state.index.organizations[id] else {
      throw .notFound("there is no organization '\(id)'")
    }
    return found
  }

  package func user(
    named id: String, in state: LedgerState
  ) throws(StoreError) -> UserOrdinal {
    guard let found = names.find(user: id, in: state) else {
      try needNames(for: id)
      throw .notFound("there is no user '\(id)'")
    }
    return found
  }

  package func clients(
    named name: String, in state: LedgerState
  ) throws(StoreError) -> Set<ClientOrdinal> {
    let found = names.find(client: name, in: state)
    if found.isEmpty { try needNames(for: name) }
    return found
  }

  /// Nobody can be looked up by name where the names stay sealed; that is no "not found".
  private func needNames(for name: String) throws(StoreError) {
    guard !names.areOpen, !name.hasPrefix("user:"), !name.hasPrefix("client:") else { return }
    throw .namesSealed(name)
  }

  package func key(named id: String, in state: LedgerState) throws(StoreError) -> KeyOrdinal {
    guard let found = state.index.keys[id] else { throw .notFound("there is no key '\(id)'") }
    return found
  }

  package func operation(
    named name: String, in state: LedgerState
  ) throws(StoreError) -> OperationOrdinal {
    guard let found = state.index.operations[name] else {
      throw .notFound("there is no operation '\(name)'")
    }
    return found
  }
}
