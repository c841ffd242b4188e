package import Ledger

/// What an answer tells of a refusal.
package struct RefusalFacts: Hashable, Sendable {
  package var reason: Reason
  /// Of the limit that the headers speak of; nil where nobody is known to be asking.
  package var standing: LimitStanding?
  /// Of the limit that refused.
  package var refusing: LimitStanding?
  /// Seconds, of what refused for a time but is no limit, such as a block.
  package var retryAfter: Int64?

  package init(
    reason: Reason, standing: LimitStanding? = nil, refusing: LimitStanding? = nil,
    retryAfter: Int64? = nil
  ) {
    self.reason = reason
    self.standing = standing
    self.refusing = refusing
    self.retryAfter = retryAfter
  }
}

/// An answer in the words of the API.
package struct ProfileAnswer: Sendable {
  package let status: Int
  /// The profile's in the order of the document, then `Retry-After`, then those of the limit.
  package let headers: [(name: String, value: String)]
  package let body: String

  /// The body where it must travel in a header: a line break becomes a space, which JSON and HTML
  /// take for the same.
  package var bodyAsHeader: String {
    guard body.utf8.contains(where: { $0 < 0x20 }) else { return body }
    let bytes = body.utf8.map { $0 < 0x20 ? 0x20 : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
