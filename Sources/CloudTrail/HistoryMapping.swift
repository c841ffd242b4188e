package import Ledger

extension HistoryEvent {
  /// A CloudTrail event in the ledger's words.
  package init(_ event: CloudTrailEvent) {
    let reason: Reason =
      switch event.outcome {
      case .allowed: .allowed
      case .refused(.rateLimited): .rateLimited
      case .refused(.forbidden): .forbidden
      }
    self.init(
      id: event.id, happened: event.happened,
      organization: event.organization, user: event.user, key: event.key,
      operation: event.operation, type: event.requestType, reason: reason,
      errorCode: event.errorCode, clientAddress: event.clientAddress, userAgent: event.userAgent,
      change: event.change.map(Change.init), content: event.canonical)
  }
}

extension HistoryEvent.Change {
  init(_ change: KeyChange) {
    self =
      switch change {
      case .created(let key, let owner, let kind, let expires):
        .created(key: key, owner: owner, kind: kind, expires: expires)
      case .enabled(let key, let owner): .enabled(key: key, owner: owner)
      case .disabled(let key, let owner): .disabled(key: key, owner: owner)
      case .revoked(let key, let owner): .revoked(key: key, owner: owner)
      }
  }
}
