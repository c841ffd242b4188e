internal import Ledger

extension KeyChange {
  /// The longest life STS gives a temporary key, 36 hours in seconds (`GetFederationToken`).
  private static let longestSession: Int64 = 129_600

  /// Rule 7, for an event without an error.
  init?(_ record: JSONObject, eventName: String, caller: Caller, happened: Timestamp) {
    let parameters = record.object("requestParameters")
    let response = record.object("responseElements")
    if let credentials = response?.object("credentials"),
      let key = credentials.string("accessKeyId")
    {
      let owner =
        response?.object("assumedRoleUser")?.string("arn")
        ?? parameters?.string("roleArn")
        ?? caller.user
      let expires = KeyChange.expiry(
        credentials.string("expiration"),
        seconds: parameters?.integer("durationSeconds"), from: happened)
      self = .created(key: key, owner: owner, kind: .temporary, expires: expires)
      return
    }
    if eventName == "CreateAccessKey" {
      guard let created = response?.object("accessKey"), let key = created.string("accessKeyId")
      else {
        return nil
      }
      let owner = caller.owner(named: created.string("userName"))
      self = .created(key: key, owner: owner, kind: .permanent, expires: nil)
      return
    }
    guard let key = parameters?.string("accessKeyId") else { return nil }
    let owner = caller.owner(named: parameters?.string("userName"))
    switch (eventName, parameters?.string("status")) {
    case ("UpdateAccessKey", "Active"): self = .enabled(key: key, owner: owner)
    case ("UpdateAccessKey", "Inactive"): self = .disabled(key: key, owner: owner)
    case ("DeleteAccessKey", _): self = .revoked(key: key, owner: owner)
    default: return nil
    }
  }

  /// When a temporary key expires: as the answer says, else by what the request asked for.
  private static func expiry(
    _ expiration: String?, seconds: Int64?, from happened: Timestamp
  ) -> Timestamp? {
    if let expiration,
      let told = EventTime.english(expiration) ?? EventTime.rfc3339(expiration)
    {
      return told
    }
    guard let seconds, (1...longestSession).contains(seconds) else { return nil }
    return happened.adding(seconds: seconds)
  }
}
