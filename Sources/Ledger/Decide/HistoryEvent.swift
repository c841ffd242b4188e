/// One event of somebody else's history, as plain text; the importer seals what names a person.
package struct HistoryEvent: Sendable {
  package var id: String
  package var happened: Timestamp
  package var organization: String
  package var user: String
  package var key: String?
  package var operation: String
  package var type: RequestType
  package var reason: Reason
  package var errorCode: String?
  package var clientAddress: String?
  package var userAgent: String?
  package var change: Change?
  /// The whole event in one canonical form, to notice the same id with other content.
  package var content: [UInt8]

  package enum Change: Sendable {
    case created(key: String, owner: String, kind: KeyKind, expires: Timestamp?)
    case enabled(key: String, owner: String)
    case disabled(key: String, owner: String)
    case revoked(key: String, owner: String)
  }

  package init(
    id: String, happened: Timestamp, organization: String, user: String, key: String?,
    operation: String, type: RequestType, reason: Reason, errorCode: String?,
    clientAddress: String?, userAgent: String?, change: Change?, content: [UInt8]
  ) {
    self.id = id
    self.happened = happened
    self.organization = organization
    self.user = user
    self.key = key
    self.operation = operation
    self.type = type
    self.reason = reason
    self.errorCode = errorCode
    self.clientAddress = clientAddress
    self.userAgent = userAgent
    self.change = change
    self.content = content
  }
}
