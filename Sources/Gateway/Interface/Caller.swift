internal import Ledger
internal import LedgerStore
internal import Synchronization

/// Who calls keyledger's own interface.
struct Caller: Sendable {
  var actor: Actor
  var role: TokenRole
}

/// The tokens in force, kept so that a call need not wait for the writer. Every change to one
/// makes the copy stale.
final class TokenTable: Sendable {
  private struct Known: Sendable {
    var changes: UInt64
    var tokens: [SecretHash: (ordinal: TokenOrdinal, token: Token)]
  }

  private let writer: LedgerWriter
  private let known = Mutex<Known?>(nil)

  init(_ writer: LedgerWriter) { self.writer = writer }

  /// Who presents `text`; `nil` for nobody: unknown, expired, revoked.
  func caller(presenting text: String) async throws(StoreError) -> Caller? {
    guard let hashes = writer.hasher.token(text) else { return nil }
    let held = try await current()
    guard let found = hashes.compactMap({ held.tokens[$0] }).first,
      found.token.revoked == nil, found.token.expires.map({ $0 > RecordClock.wall }) ?? true
    else { return nil }
    return Caller(actor: Actor(token: found.ordinal), role: found.token.role)
  }

  private func current() async throws(StoreError) -> Known {
    // Read before the tokens: a change in between makes the copy stale at once.
    let changes = writer.statistics.current.tokenChanges
    if let held = known.withLock({ $0 }), held.changes == changes { return held }
    let tokens = try await writer.read { $0.tokens }
    var fresh = Known(changes: changes, tokens: [:])
    for (index, token) in tokens.enumerated() {
      if let hash = token.hash { fresh.tokens[hash] = (TokenOrdinal(index), token) }
    }
    known.withLock { $0 = fresh }
    return fresh
  }
}
