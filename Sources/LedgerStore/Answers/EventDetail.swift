internal import Ledger

extension LedgerReader {
  /// What an event sets, in a few words; `nil` where its kind says it all.
  func detail(_ body: EventBody, in state: LedgerState) -> String? {
    switch body {
    case .keyCreated(let body):
      joined([
        body.kind.name, body.name.map { "name '\($0)'" },
        body.expires.map { "expires \($0.rfc3339)" },
      ])
    case .keyObserved(let body): body.kind.name
    case .keyRenamed(let body): body.name.map { "name '\($0)'" } ?? "no name"
    case .keyExpirySet(let body): body.expires.map { "expires \($0.rfc3339)" } ?? "never expires"
    case .keyRateLimitSet(let body):
      body.limit.map { "limit \($0.text)" } ?? "the profile's limit"
    case .keyScopesSet(let body):
      body.scopes.isEmpty
        ? "all operations"
        : body.scopes.map { names.operation($0, in: state) }.joined(separator: " ")
    case .keyAddressesSet(let body):
      body.addresses.isEmpty ? "all addresses" : body.addresses.joined(separator: " ")
    case .keyMetadataSet(let body): "\(body.entries.count) entries"
    case .keyRotated(let body):
      "from \(names.key(body.key, in: state)), which works until \(body.previousExpires.rfc3339)"
    case .tokenCreated(let body): joined([body.role.name, body.name.map { "name '\($0)'" }])
    case .importCompleted(let body):
      "\(body.source.name): \(body.added) of \(body.events) events added, \(body.files) files"
    case .creditsGranted(let body): "\(body.amount) credits"
    case .creditsRefunded(let body): "\(body.amount) credits for \(body.decision.value)"
    case .abuseBlocked(let body): "until \(body.until.rfc3339)"
    case .pepperRotated(let body): "pepper \(body.pepper)"
    case .logStarted(let body): body.version.map { "version \($0)" }
    case .profileSet(let body): "\(body.name ?? "") version \(body.version)"
    case .requestsCoalesced(let body): "\(sum(body.counts.map(\.count))) refusals"
    case .auditAccessed(let body): "\(body.resource ?? "") at \(body.logSize)"
    case .logTrimmed(let body): "first record kept: \(body.first.value)"
    case .checkpointRotated(let body): body.key
    default: nil
    }
  }

  private func sum(_ counts: [UInt64]) -> UInt64 {
    counts.reduce(0) { sum, count in
      let (next, isTooMuch) = sum.addingReportingOverflow(count)
      return isTooMuch ? .max : next
    }
  }

  private func joined(_ parts: [String?]) -> String {
    parts.compactMap { $0 }.joined(separator: ", ")
  }
}
