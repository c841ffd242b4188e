package import Ledger

// What calls bring, with the names of the HTTP interface.

package struct OrganizationCreation: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case id }
  package typealias Member = CodingKeys

  package var id: String

  package init(id: String) { self.id = id }
}

package struct UserCreation: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case id, organization }
  package typealias Member = CodingKeys

  package var id: String
  package var organization: String

  package init(id: String, organization: String) {
    self.id = id
    self.organization = organization
  }
}

/// Of an organization or a user.
package struct EntityPatch: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case enabled }
  package typealias Member = CodingKeys

  package var enabled: Bool

  package init(enabled: Bool) { self.enabled = enabled }
}

package struct TokenCreation: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case name, role, expiresAt }
  package typealias Member = CodingKeys

  package var name: String
  package var role: TokenRole
  package var expiresAt: Timestamp?

  package init(name: String, role: TokenRole, expiresAt: Timestamp? = nil) {
    self.name = name
    self.role = role
    self.expiresAt = expiresAt
  }
}

package struct SessionDenial: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case jti, expiresAt }
  package typealias Member = CodingKeys

  package var jti: String
  /// When the session would end anyway.
  package var expiresAt: Timestamp

  package init(jti: String, expiresAt: Timestamp) {
    self.jti = jti
    self.expiresAt = expiresAt
  }
}

package struct CreditGrant: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case user, amount }
  package typealias Member = CodingKeys

  package var user: String
  package var amount: UInt64

  package init(user: String, amount: UInt64) {
    self.user = user
    self.amount = amount
  }
}

package struct OutcomeReport: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case user, task, outcome, sequence }
  package typealias Member = CodingKeys

  package enum Outcome: String, Codable, Sendable { case succeeded, failed }

  package var user: String
  package var task: String
  package var outcome: Outcome
  /// Of the decision that the task belongs to.
  package var sequence: UInt64?

  package init(user: String, task: String, outcome: Outcome, sequence: UInt64? = nil) {
    self.user = user
    self.task = task
    self.outcome = outcome
    self.sequence = sequence
  }
}
