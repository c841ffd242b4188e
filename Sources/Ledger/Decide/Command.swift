/// What somebody wants to change. Everything that needs a key, a parser or a random number is
/// resolved before and comes as facts.
package enum Command: Sendable {
  case registerOrganization(id: String)
  case setOrganization(OrganizationOrdinal, enabled: Bool)
  case registerUser(UserReference, organization: OrganizationOrdinal)
  case setUser(UserOrdinal, enabled: Bool)
  case createKey(NewKey)
  case renameKey(KeyOrdinal, name: String?)
  case setKey(KeyOrdinal, enabled: Bool)
  case setExpiry(KeyOrdinal, Timestamp?)
  case setRateLimit(KeyOrdinal, RateLimit?)
  /// Operations by name; unknown ones are introduced.
  case setScopes(KeyOrdinal, [String])
  case setAddresses(KeyOrdinal, [String])
  case setMetadata(KeyOrdinal, [MetadataEntry])
  case rotateKey(KeyOrdinal, id: String, secret: SecretFacts, grace: Int64)
  case revokeKey(KeyOrdinal)
  case changeKey(KeyOrdinal, [KeyEdit])
  case createToken(name: String, role: TokenRole, secret: SecretFacts, expires: Timestamp?)
  case revokeToken(TokenOrdinal)
  case denySession(Tag, expires: Timestamp)
  case rotatePepper(UInt32)
  case setProfile(name: String, document: String, ProfileRules)
  case grantCredits(UserOrdinal, UInt64)
  case releaseBlock(UserOrdinal)
  case reportTask(TaskOutcome)
  case recordAccess(resource: String, logSize: UInt64)
  case decideRequest(RequestFacts)
  case coalesce(RequestsCoalesced)
  case importRequest(ImportedRequest)
  case completeImport(ImportCompleted, source: HistorySource)
  case start(version: String)
  case stop
}

/// A user as a command names it: known by ordinal, or new with what its record will hold.
package enum UserReference: Sendable, Hashable {
  case known(UserOrdinal)
  case new(tag: Tag, sealed: SealedText)
}

package enum ClientReference: Sendable, Hashable {
  case known(ClientOrdinal)
  case new(tag: Tag, sealed: SealedText)
}

/// A secret as it is stored: never the secret itself.
package struct SecretFacts: Sendable, Hashable {
  package var hash: SecretHash
  package var pepper: UInt32
  package var hint: String

  package init(hash: SecretHash, pepper: UInt32, hint: String) {
    self.hash = hash
    self.pepper = pepper
    self.hint = hint
  }
}

package struct NewKey: Sendable {
  package var id: String
  /// A key without an owner is refused whatever it asks for.
  package var owner: Membership?
  /// Absent: it can be used with every profile.
  package var profile: ProfileOrdinal?
  package var name: String?
  package var environment: KeyEnvironment
  package var secret: SecretFacts
  package var expires: Timestamp?
  package var scopes: [String]
  package var addresses: [String]
  package var limit: RateLimit?
  package var idempotency: Idempotency?

  /// Keyed hashes of the caller's idempotency key and of the call.
  package struct Idempotency: Sendable, Hashable {
    package var tag: Tag
    package var requestHash: Tag

    package init(tag: Tag, requestHash: Tag) {
      self.tag = tag
      self.requestHash = requestHash
    }
  }

  package init(
    id: String, owner: Membership?, profile: ProfileOrdinal?, name: String?,
    environment: KeyEnvironment, secret: SecretFacts, expires: Timestamp?, scopes: [String],
    addresses: [String], limit: RateLimit?, idempotency: Idempotency? = nil
  ) {
    self.id = id
    self.owner = owner
    self.profile = profile
    self.idempotency = idempotency
    self.name = name
    self.environment = environment
    self.secret = secret
    self.expires = expires
    self.scopes = scopes
    self.addresses = addresses
    self.limit = limit
  }
}

/// One request of imported history, with what it changed.
package struct ImportedRequest: Sendable {
  package var origin: Origin
  package var organization: String
  package var user: UserReference
  package var key: String?
  package var operation: String
  package var client: ClientReference?
  package var reason: Reason
  package var errorCode: String?
  package var type: RequestType
  package var change: Change?

  package enum Change: Sendable {
    case created(key: String, owner: UserReference, kind: KeyKind, expires: Timestamp?)
    case enabled(key: String, owner: UserReference)
    case disabled(key: String, owner: UserReference)
    case revoked(key: String, owner: UserReference)
  }

  package init(
    origin: Origin, organization: String, user: UserReference, key: String?, operation: String,
    client: ClientReference?, reason: Reason, errorCode: String?, type: RequestType,
    change: Change?
  ) {
    self.origin = origin
    self.organization = organization
    self.user = user
    self.key = key
    self.operation = operation
    self.client = client
    self.reason = reason
    self.errorCode = errorCode
    self.type = type
    self.change = change
  }
}

extension KeyKind {
  /// AWS gives temporary keys ids that begin with `ASIA`.
  package init(importedID id: String) { self = id.hasPrefix("ASIA") ? .temporary : .permanent }
}
