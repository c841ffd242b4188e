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
      throw Failure.notFound("there is no user '\(id)'")
    }
    return found
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
