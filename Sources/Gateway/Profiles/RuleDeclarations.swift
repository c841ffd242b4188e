internal import Ledger
internal import LedgerStore

/// Reads the rules of a profile: limits, costs and what counts as abuse.
enum RuleDeclarations {
  private static let microseconds: Int64 = 1_000_000

  /// `operations`: those the profile has, which a rule may speak of.
  static func limits(
    _ field: ProfileField, operations: [String], _ check: inout ProfileCheck
  ) -> [ProfileRules.Limit] {
    var limits: [ProfileRules.Limit] = []
    var paths: [String] = []
    for element in check.elements(field) ?? [] {
      guard let limit = limit(element, operations: operations, &check) else { continue }
      if let twin = limits.firstIndex(where: { $0.isSame(as: limit) }) {
        check.report(
          element.path, "the same operation, per, algorithm and seconds as \(paths[twin])")
      }
      limits.append(limit)
      paths.append(element.path)
    }
    if limits.count(where: \.isShown) > 1 {
      check.report(field.path, "more than one limit has \"headers\"")
    }
    if limits.count(where: \.isCustomizable) > 1 {
      check.report(field.path, "more than one limit is \"custom\"")
    }
    return limits
  }

  private static func limit(
    _ field: ProfileField, operations: [String], _ check: inout ProfileCheck
  ) -> ProfileRules.Limit? {
    let known = [
      "per", "algorithm", "requests", "seconds", "refill", "operation", "custom", "headers",
    ]
    guard let members = check.members(field, known: known) else { return nil }
    let per = check.required("per", of: members).flatMap {
      check.choice($0, ["user": LimitScope.user, "key": .key])
    }
    let algorithm = check.required("algorithm", of: members).flatMap {
      check.choice($0, ["fixed-window": LimitAlgorithm.fixedWindow, "token-bucket": .tokenBucket])
    }
    let requests = check.required("requests", of: members).flatMap {
      check.integer($0, ProfileLimits.counts)
    }
    let seconds = check.required("seconds", of: members).flatMap {
      check.integer($0, ProfileLimits.counts)
    }
    let refill = members["refill"].flatMap { check.integer($0, ProfileLimits.counts) }
    let isCustom = members["custom"].flatMap { check.flag($0) } ?? false
    let isShown = members["headers"].flatMap { check.flag($0) } ?? false
    let operation = members["operation"].flatMap { field in
      check.text(field, .operation).flatMap {
        isKnown($0, operations, field, &check) ? $0 : nil
      }
    }
    if let refill = members["refill"], algorithm == .fixedWindow {
      check.report(refill.path, "only for the algorithm \"token-bucket\"")
    }
    if let custom = members["custom"], isCustom, per == .user {
      check.report(custom.path, "only for a limit per key")
    }
    guard let per, let algorithm, let requests, let seconds else { return nil }
    return ProfileRules.Limit(
      operation: operation, algorithm: algorithm, scope: per,
      limit: RateLimit(
        capacity: requests, refill: refill ?? requests, interval: Int64(seconds) * microseconds),
      isCustomizable: isCustom, isShown: isShown)
  }

  static func costs(
    _ field: ProfileField, operations: [String], _ check: inout ProfileCheck
  ) -> [ProfileRules.Cost] {
    var costs: [ProfileRules.Cost] = []
    let entries = check.entries(field)
    if entries?.isEmpty == true { check.report(field.path, "expected at least one entry") }
    for entry in entries ?? [] {
      _ = isKnown(entry.name, operations, entry.field, &check)
      if let credits = check.integer(entry.field, ProfileLimits.counts) {
        costs.append(ProfileRules.Cost(operation: entry.name, credits: credits))
      }
    }
    return costs
  }

  static func abuse(_ field: ProfileField, _ check: inout ProfileCheck) -> AbuseRule? {
    let known = ["failures", "windowSeconds", "blockSeconds"]
    guard let members = check.members(field, known: known) else { return nil }
    let failures = check.required("failures", of: members).flatMap {
      check.integer($0, ProfileLimits.failures)
    }
    let window = check.required("windowSeconds", of: members).flatMap {
      check.integer($0, ProfileLimits.counts)
    }
    let block = check.required("blockSeconds", of: members).flatMap {
      check.integer($0, ProfileLimits.counts)
    }
    guard let failures, let window, let block else { return nil }
    return AbuseRule(
      threshold: UInt32(failures), window: Int64(window) * microseconds,
      duration: Int64(block) * microseconds)
  }

  private static func isKnown(
    _ operation: String, _ operations: [String], _ field: ProfileField,
    _ check: inout ProfileCheck
  ) -> Bool {
    if operations.contains(operation) { return true }
    check.report(field.path, "no operation of this profile: \(JSONDocument.quoted(operation))")
    return false
  }
}

extension ProfileRules.Limit {
  /// They would count the same requests in the same register.
  fileprivate func isSame(as other: ProfileRules.Limit) -> Bool {
    operation == other.operation && scope == other.scope && algorithm == other.algorithm
      && limit.interval == other.limit.interval
  }
}
