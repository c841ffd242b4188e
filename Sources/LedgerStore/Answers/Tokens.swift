package import Ledger

extension LedgerReader {
  /// Tokens of the administration by name, and in the order of their creation where several had
  /// one name.
  package func tokens(in answer: StateAtMoment) -> [Row] {
    answer.state.tokens.filter { $0.created != .absent }
      .enumerated()
      .sorted { a, b in
        let (first, second) = (a.element.name ?? "", b.element.name ?? "")
        return first == second ? a.offset < b.offset : bytesPrecede(first, second)
      }
      .map { _, token in
        Row([
          "name": Value(token.name), "role": .text(token.role.name),
          "state": .text(token.status(at: answer.clock).rawValue),
          "createdAt": .time(token.created), "expiresAt": Value(token.expires),
          "revokedAt": Value(token.revoked),
        ])
      }
  }
}

extension Token {
  /// A token is never disabled.
  package func status(at time: Timestamp) -> KeyStatus {
    if revoked != nil { return .revoked }
    if let expires, expires <= time { return .expired }
    return .active
  }
}
