/// Who a request record is about, with what it leaves out filled in.
package struct RequestSubject: Hashable, Sendable {
  package var organization: OrganizationOrdinal?
  package var user: UserOrdinal?
}

extension LedgerState {
  /// `nil` where the record names a thing that nobody introduced.
  package func subject(of request: RequestDecided) -> RequestSubject? {
    var subject = RequestSubject(organization: request.organization, user: request.user)
    if let key = request.key {
      guard keys.indices.contains(key.index) else { return nil }
      let introduced = keys[key.index].introduced
      subject.organization = subject.organization ?? introduced?.organization
      subject.user = subject.user ?? introduced?.user
    }
    if let organization = subject.organization {
      guard organizations.indices.contains(organization.index) else { return nil }
    }
    if let user = subject.user, !users.indices.contains(user.index) { return nil }
    guard operations.indices.contains(request.operation.index) else { return nil }
    return subject
  }
}
