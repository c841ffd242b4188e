package import Ledger
internal import Secrets

/// Turns what a request shows into keyed hashes, which are all that deciding needs. A value for any
/// number of threads.
package struct CredentialHasher: Sendable {
  private let pepper: Pepper
  private let tags: CallTags

  init(pepper: Pepper, tags: CallTags) {
    self.pepper = pepper
    self.tags = tags
  }

  /// A key's hash under each pepper; malformed where it is none of ours or mistyped. The hashes
  /// are made either way, so that the time tells nothing.
  package func key(_ text: String) -> KeyFacts {
    let hashes = self.hashes(text)
    return APIKeyFormat(parsing: text) == nil ? .malformed : .hashed(hashes)
  }

  /// Hashes of a token of keyledger's own interface; `nil` for what is none.
  package func token(_ text: String) -> [SecretHash]? {
    TokenFormat.isValid(text) ? hashes(text) : nil
  }

  package func session(user: String, id: String?, expires: Int64) -> SessionFacts {
    guard let tag = Tag(tags.user(user)) else { return .invalid }
    return .valid(
      user: tag, session: id.flatMap { Tag(tags.session($0)) },
      expires: Timestamp(microseconds: 0).adding(seconds: expires))
  }

  package func user(_ id: String) -> Tag? { Tag(tags.user(id)) }
  package func session(_ id: String) -> Tag? { Tag(tags.session(id)) }
  package func task(_ id: String) -> Tag? { Tag(tags.task(id)) }

  package func idempotency(_ key: String, request: String) -> NewKey.Idempotency? {
    guard let tag = Tag(tags.idempotency(key)), let hash = Tag(tags.request(request)) else {
      return nil
    }
    return NewKey.Idempotency(tag: tag, requestHash: hash)
  }

  private func hashes(_ text: String) -> [SecretHash] {
    pepper.hash(secret: text).compactMap { SecretHash($0.hash) }
  }
}
