/// What a request shows before any rule is applied. Whatever needs a key, a parser or the network
/// is done by then.
package struct RequestFacts: Sendable {
  package var profile: ProfileOrdinal
  package var operation: String
  /// On a route that the profile lets everybody use.
  package var isPublic = false
  package var session = SessionFacts.none
  package var key = KeyFacts.none
  /// The organization that the request names.
  package var tenant: String?
  /// As text; `nil` where it is not known.
  package var address: String?
  package var client: ClientReference?

  package init(profile: ProfileOrdinal, operation: String) {
    self.profile = profile
    self.operation = operation
  }
}

package enum SessionFacts: Sendable, Hashable {
  case none
  case invalid
  /// The keyed hashes of `sub` and `jti`, and when the session ends.
  case valid(user: Tag, session: Tag?, expires: Timestamp)
}

package enum KeyFacts: Sendable, Hashable {
  case none
  case malformed
  /// The key's hash under each pepper.
  case hashed([SecretHash])
}

/// Who makes a request, as far as the first two steps of deciding can tell.
package struct Identity: Sendable, Hashable {
  package var credential: CredentialKind
  package var key: KeyOrdinal?
  package var owner: Membership?
  /// Why the request is refused already; `nil` where rules have to decide.
  package var refusal: Reason?
  /// The denied session.
  package var session: Tag?

  package init(
    credential: CredentialKind, key: KeyOrdinal? = nil, owner: Membership? = nil,
    refusal: Reason? = nil, session: Tag? = nil
  ) {
    self.session = session
    self.credential = credential
    self.key = key
    self.owner = owner
    self.refusal = refusal
  }
}

extension Reason {
  /// Nobody is behind the request: what a flood can make any number of, at no cost.
  package var isUnauthenticated: Bool {
    switch self {
    case .noCredential, .malformedCredential, .unknownKey, .sessionInvalid, .sessionExpired,
      .sessionDenied:
      true
    default: false
    }
  }

  /// Facts of the moment that no rule can change and no record keeps: decided again, they stand.
  package var isFact: Bool { isUnauthenticated || self == .overloaded || self == .forbidden }
}
