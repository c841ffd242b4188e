extension KeyChange {
  /// The longest life STS gives a temporary key, 36 hours in seconds (`GetFederationToken`).
  private static let longestSession: Int64 = 129_600

  /// Rule 7, for an event without an error.
  init?(_ record: JSONValue, eventName: String, caller: Caller, happened: Int64) {
    let parameters = record["requestParameters"]
    let response = record["responseElements"]
    if let key = response?["credentials"]?["accessKeyId"]?.string {
      let owner =
        response?["assumedRoleUser"]?["arn"]?.string
        ?? parameters?["roleArn"]?.string
        ?? caller.user
      let expires = KeyChange.expiry(
        response?["credentials"]?["expiration"]?.string,
        seconds: parameters?["durationSeconds"]?.integer, from: happened)
      self = .created(key: key, owner: owner, kind: .temporary, expires: expires)
      return
    }
    if eventName == "CreateAccessKey" {
      guard let created = response?["accessKey"], let key = created["accessKeyId"]?.string else {
        return nil
      }
      let owner = caller.owner(named: created["userName"]?.string)
      self = .created(key: key, owner: owner, kind: .permanent, expires: nil)
      return
    }
    guard let key = parameters?["accessKeyId"]?.string else { return nil }
    let owner = caller.owner(named: parameters?["userName"]?.string)
    switch (eventName, parameters?["status"]?.string) {
    case ("UpdateAccessKey", "Active"): self = .enabled(key: key, owner: owner)
    case ("UpdateAccessKey", "Inactive"): self = .disabled(key: key, owner: owner)
    case ("DeleteAccessKey", _): self = .revoked(key: key, owner: owner)
    default: return nil
    }
  }

  /// When a temporary key expires: as the answer says, else by what the request asked for.
  private static func expiry(
    _ expiration: String?, seconds: Int64?, from happened: Int64
  ) -> Int64? {
    if let expiration,
      let told = EventTime.english(expiration) ?? EventTime.rfc3339(expiration)
    {
      return told
    }
    guard let seconds, (1...longestSession).contains(seconds) else { return nil }
    return happened + seconds * EventTime.microsecondsPerSecond
  }
}
