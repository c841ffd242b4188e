/// `decide`: state, command, time in; events out, or a refusal. Pure and total. An empty list says
/// that everything is already as the command wants it.
extension LedgerState {
  package func decide(
    _ command: Command, by actor: Actor?, at now: Timestamp
  ) -> Result<[Event], Refusal> {
    var draft = Draft(state: self, recorded: now, actor: actor)
    let refusal: Refusal? =
      switch command {
      case .registerOrganization(let id): registerOrganization(id, &draft)
      case .setOrganization(let organization, let enabled):
        setOrganization(organization, enabled, &draft)
      case .registerUser(let user, let organization): registerUser(user, organization, &draft)
      case .setUser(let user, let enabled): setUser(user, enabled, &draft)
      case .createToken(let name, let role, let secret, let expires):
        createToken(name, role, secret, expires, &draft)
      case .decideRequest(let facts): decideRequest(facts, &draft)
      case .setProfile, .denySession, .revokeToken, .rotatePepper, .grantCredits, .releaseBlock,
        .reportTask, .recordAccess, .coalesce:
        decideAccess(command, &draft)
      case .importRequest(let request): draft.add(request)
      case .completeImport(let completed, _): draft.add(.importCompleted(completed))
      case .start(let version): draft.add(.logStarted(LogStarted(version: version)))
      case .stop: draft.add(.logStopped(LogStopped()))
      case .changeKey(let key, let changes): changeKey(key, changes, &draft)
      default: decideKey(command, &draft)
      }
    if let refusal { return .failure(refusal) }
    return .success(draft.events)
  }

  private func registerOrganization(_ id: String, _ draft: inout Draft) -> Refusal? {
    if let refusal = checkName(id, of: "an organization's id") { return refusal }
    if index.organizations[id] != nil { return .exists(.organization, id) }
    _ = draft.organization(id)
    return nil
  }

  private func setOrganization(
    _ organization: OrganizationOrdinal, _ enabled: Bool, _ draft: inout Draft
  ) -> Refusal? {
    guard organizations[organization.index].isEnabled != enabled else { return nil }
    return draft.add(
      enabled
        ? .organizationEnabled(OrganizationEnabled(organization: organization))
        : .organizationDisabled(OrganizationDisabled(organization: organization)))
  }

  private func registerUser(
    _ user: UserReference, _ organization: OrganizationOrdinal, _ draft: inout Draft
  ) -> Refusal? {
    guard case .new(let tag, _) = user, index.users[tag] == nil else {
      return .invalid("the user exists already")
    }
    _ = draft.user(user, of: organization)
    return nil
  }

  private func setUser(_ user: UserOrdinal, _ enabled: Bool, _ draft: inout Draft) -> Refusal? {
    guard users[user.index].isEnabled != enabled else { return nil }
    return draft.add(
      enabled ? .userEnabled(UserEnabled(user: user)) : .userDisabled(UserDisabled(user: user)))
  }

  private func createToken(
    _ name: String, _ role: TokenRole, _ secret: SecretFacts, _ expires: Timestamp?,
    _ draft: inout Draft
  ) -> Refusal? {
    if let refusal = checkName(name, of: "a token's name") { return refusal }
    if tokens.contains(where: { $0.name == name && $0.revoked == nil }) {
      return .exists(.token, name)
    }
    if let expires, expires <= draft.recorded {
      return .invalid("a new token cannot expire in the past")
    }
    return draft.add(
      .tokenCreated(
        TokenCreated(
          name: name, role: role, hash: secret.hash, pepper: secret.pepper, expires: expires)))
  }

  /// What a name outside may be: something, not endless, on one line.
  package func checkName(_ name: String, of what: String) -> Refusal? {
    if name.isEmpty { return .invalid("\(what) cannot be empty") }
    if name.utf8.count > Limits.nameBytes {
      return .invalid("\(what) is longer than \(Limits.nameBytes) bytes")
    }
    if name.unicodeScalars.contains(where: \.isControl) {
      return .invalid("\(what) contains a control character")
    }
    // HTTP cuts white space at the ends of a header's value: two names would be one.
    if [name.unicodeScalars.first, name.unicodeScalars.last].contains(where: {
      $0?.properties.isWhitespace ?? false
    }) {
      return .invalid("\(what) begins or ends with white space")
    }
    return nil
  }
}

/// Bounds on what a record may be asked to hold; together they keep every record far below
/// `Event.recordLimit`.
package enum Limits {
  /// For how long a creation can be repeated and a decision refunded, in seconds: a day.
  package static let repeatSeconds: Int64 = 86_400
  /// How long a session still counts after its end, in seconds: as Auth.js allows for clocks that
  /// differ.
  package static let sessionTolerance: Int64 = 15
  /// An external id or a name, in bytes: twice the longest ARN.
  package static let nameBytes = 4_096
  /// A live client's user agent, in bytes; a browser's own are half as long.
  package static let userAgentBytes = 256
  /// A sealed user or client of imported history, in bytes; AWS cuts user agents at 1 KiB.
  package static let sealedBytes = 16_384
  /// Scopes, address ranges or entries of metadata of one key.
  package static let listEntries = 256
  /// Failed tasks until a block: all stand in its record, with six bytes each in the first 2^42
  /// records of a log.
  package static let evidence: UInt32 = 10_000
  /// A profile's document, in bytes: it stands in one record beside its rules.
  package static let profileBytes = 49_152
  /// All metadata of one key, names and values, in bytes.
  package static let metadataBytes = 16_384
  /// The longest error code or request type of imported history that is kept, in bytes.
  package static let codeBytes = 256

  /// The longest beginning of whole scalars that fits.
  package static func clipped(_ text: String, toBytes limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
  }
}

extension Unicode.Scalar {
  /// What no name on one line has: controls, line separators, and what turns the direction of
  /// writing, by which one name can be made to look like another.
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}
