internal import Foundation
internal import GRDB
internal import Ledger

/// The entities whose rows a run of records may have changed.
struct Touched {
  private var organizations: Set<OrganizationOrdinal> = []
  private var users: Set<UserOrdinal> = []
  private var operations: Set<OperationOrdinal> = []
  private var keys: Set<KeyOrdinal> = []

  mutating func add(_ event: Event, in state: LedgerState) {
    for reference in event.references(in: state) {
      switch reference {
      case .organization(let organization): organizations.insert(organization)
      case .user(let user): users.insert(user)
      case .operation(let operation): operations.insert(operation)
      case .key(let key): keys.insert(key)
      }
    }
  }

  /// Writes the rows as `state` has them now.
  func write(_ db: Database, _ state: LedgerState) throws {
    for organization in organizations where state.organizations.indices ~= organization.index {
      try write(organization, db, state)
    }
    for user in users where state.users.indices ~= user.index { try write(user, db, state) }
    for operation in operations where state.operations.indices ~= operation.index {
      try db.cachedStatement(sql: "INSERT OR REPLACE INTO operations (ordinal, name) VALUES (?, ?)")
        .execute(arguments: [Int64(operation.index), state.operations[operation.index]])
    }
    for key in keys where state.keys.indices ~= key.index { try write(key, db, state) }
  }

  private func write(
    _ organization: OrganizationOrdinal, _ db: Database, _ state: LedgerState
  ) throws {
    let held = state.organizations[organization.index]
    let activity = state.organizationActivity[organization.index]
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO organizations
          (ordinal, id, since, is_enabled, last_allowed, allowed, refused)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(organization.index), held.id ?? "", activity.since?.microseconds, held.isEnabled,
      activity.lastAllowed?.microseconds, Int64(activity.allowed), Int64(activity.refused),
    ])
  }

  private func write(_ user: UserOrdinal, _ db: Database, _ state: LedgerState) throws {
    let held = state.users[user.index]
    let activity = state.userActivity[user.index]
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO users
          (ordinal, tag, sealed_key_id, sealed_box, organization, since, is_enabled, is_erased,
           last_allowed, allowed, refused, credits, blocked_until)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(user.index), held.tag.map { Data($0.bytes) }, held.sealed?.keyID.map { Data($0) },
      held.sealed?.box.map { Data($0) }, held.organization.map { Int64($0.index) },
      activity.since?.microseconds, held.isEnabled, held.isErased,
      activity.lastAllowed?.microseconds, Int64(activity.allowed), Int64(activity.refused),
      held.credits, held.block?.until.microseconds,
    ])
  }

  private func write(_ key: KeyOrdinal, _ db: Database, _ state: LedgerState) throws {
    let held = state.keys[key.index]
    let activity = state.keyActivity[key.index]
    let expiry = state.expiry(of: key)
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO keys
          (ordinal, id, organization, user, kind, environment, name, hint, since, created,
           is_enabled, expires, expiry_estimated, revoked, last_allowed, allowed, refused)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(key.index), held.id ?? "", held.owner.map { Int64($0.organization.index) },
      held.owner.map { Int64($0.user.index) }, held.kind.name,
      held.environment == .unspecified ? nil : held.environment.name, held.name?.value?.value,
      held.hint, activity.since?.microseconds, held.created?.happened?.microseconds,
      held.isEnabled, expiry?.time.microseconds, expiry?.isEstimated ?? false,
      held.revoked?.happened?.microseconds, activity.lastAllowed?.microseconds,
      Int64(activity.allowed), Int64(activity.refused),
    ])
  }
}
