internal import Ledger
internal import LedgerStore

/// Names as they are typed, looked up; what is not there ends with exit code 5.
extension LedgerReader {
  func organization(named id: String, in state: LedgerState) throws -> OrganizationOrdinal {
    guard let found = state.index.organizations[id] else {
      throw Failure.notFound("there is no organization '\(id)'")
    }
    return found
  }

  func user(named id: String, in state: LedgerState) throws -> UserOrdinal {
    guard let found = names.find(user: id, in: state) else {
      try needNames(for: id)
      throw Failure.notFound("there is no user '\(id)'")
    }
    return found
  }

  func clients(named name: String, in state: LedgerState) throws -> Set<ClientOrdinal> {
    let found = names.find(client: name, in: state)
    if found.isEmpty { try needNames(for: name) }
    return found
  }

  /// Nobody can be looked up by name where the names stay sealed; that is no "not found".
  private func needNames(for name: String) throws {
    guard !names.areOpen, !name.hasPrefix("user:"), !name.hasPrefix("client:") else { return }
    throw Failure(
      code: ExitStatus.incomplete,
      line: "'\(name)' cannot be looked up without the vault; ask for user:N or client:N")
  }

  func key(named id: String, in state: LedgerState) throws -> KeyOrdinal {
    guard let found = state.index.keys[id] else {
      throw Failure.notFound("there is no key '\(id)'")
    }
    return found
  }

  func operation(named name: String, in state: LedgerState) throws -> OperationOrdinal {
    guard let found = state.index.operations[name] else {
      throw Failure.notFound("there is no operation '\(name)'")
    }
    return found
  }
}
