import CloudTrail
import Ledger
import Testing

@Suite("Key lifecycle (rules 7 and 8)")
struct LifecycleTests {
  private let noon = Timestamp(seconds: 1_741_089_600)
  private let svc = "arn:aws:iam::111122223333:user/svc"

  private func change(
    _ name: String, parameters: String = "null", response: String = "null",
    _ changes: [String: String] = [:]
  ) throws -> KeyChange? {
    let members = [
      "eventName": "\"\(name)\"", "requestParameters": parameters, "responseElements": response,
    ]
    return try event(members.merging(changes) { _, new in new }).change
  }

  @Test("CreateAccessKey makes a permanent key of the user it names")
  func create() throws {
    let response = #"{"accessKey":{"accessKeyId":"AKIA1","userName":"svc","status":"Active"}}"#
    let created = KeyChange.created(key: "AKIA1", owner: svc, kind: .permanent, expires: nil)
    #expect(try change("CreateAccessKey", response: response) == created)
    let own = #"{"accessKey":{"accessKeyId":"AKIA1"}}"#
    #expect(
      try change("CreateAccessKey", response: own)
        == .created(key: "AKIA1", owner: ana, kind: .permanent, expires: nil))
    #expect(try change("CreateAccessKey", response: "{}") == nil)
    let role = identity([
      "type": #""AssumedRole""#, "userName": "",
      "arn": #""arn:aws-us-gov:sts::111122223333:assumed-role/admin/x""#,
    ])
    #expect(
      try change("CreateAccessKey", response: response, ["userIdentity": role])
        == .created(
          key: "AKIA1", owner: "arn:aws-us-gov:iam::111122223333:user/svc", kind: .permanent,
          expires: nil))
  }

  @Test("An event with an error changes no key")
  func failed() throws {
    let response = #"{"accessKey":{"accessKeyId":"AKIA1","userName":"svc"}}"#
    let parameters = #"{"userName":"svc","accessKeyId":"AKIA1","status":"Inactive"}"#
    for error in [["errorCode": #""NoSuchEntity""#], ["errorMessage": #""No such entity""#]] {
      #expect(try change("CreateAccessKey", response: response, error) == nil)
      #expect(try change("UpdateAccessKey", parameters: parameters, error) == nil)
      #expect(try change("DeleteAccessKey", parameters: parameters, error) == nil)
    }
    #expect(
      try change("DeleteAccessKey", parameters: parameters, ["errorCode": "null"])
        == .revoked(key: "AKIA1", owner: svc))
  }

  @Test("UpdateAccessKey disables and enables; any other status changes nothing")
  func update() throws {
    func update(_ status: String) throws -> KeyChange? {
      try change(
        "UpdateAccessKey",
        parameters: #"{"userName":"svc","accessKeyId":"AKIA1","status":\#(status)}"#)
    }
    #expect(try update(#""Inactive""#) == .disabled(key: "AKIA1", owner: svc))
    #expect(try update(#""Active""#) == .enabled(key: "AKIA1", owner: svc))
    for status in ["null", #""""#, #""Expired""#, #""active""#, "true"] {
      #expect(try update(status) == nil, "status \(status)")
    }
  }

  @Test("Without a user name the caller changes a key of its own")
  func own() throws {
    let parameters = #"{"accessKeyId":"AKIA1","status":"Inactive"}"#
    #expect(
      try change("UpdateAccessKey", parameters: parameters) == .disabled(key: "AKIA1", owner: ana))
    #expect(
      try change("DeleteAccessKey", parameters: parameters) == .revoked(key: "AKIA1", owner: ana))
    #expect(try change("DeleteAccessKey", parameters: "{}") == nil)
    #expect(try change("ListAccessKeys", parameters: parameters) == nil)
  }

  @Test("Any answer with credentials makes a temporary key, of whoever it is for")
  func temporary() throws {
    let session = "arn:aws:sts::111122223333:assumed-role/release/build"
    let credentials = #""credentials":{"accessKeyId":"ASIA1","expiration":"2025-03-04T13:00:00Z"}"#
    let expires = noon.adding(seconds: 3_600)
    let role = #"{"roleArn":"arn:aws:iam::111122223333:role/release"}"#
    let assumed = #"{\#(credentials),"assumedRoleUser":{"arn":"\#(session)"}}"#
    func created(_ owner: String) -> KeyChange {
      .created(key: "ASIA1", owner: owner, kind: .temporary, expires: expires)
    }
    #expect(
      try change("AssumeRole", parameters: role, response: assumed) == created(session))
    #expect(
      try change("AssumeRole", parameters: role, response: "{\(credentials)}")
        == created("arn:aws:iam::111122223333:role/release"))
    #expect(try change("GetSessionToken", response: "{\(credentials)}") == created(ana))
  }

  @Test(
    "The expiry is read in each form that AWS writes",
    arguments: [
      #""Mar 4, 2025, 12:54:47 PM""#, #""Mar 4, 2025 12:54:47 PM""#,
      #""Mar 4, 2025, 12:54:47\u202fPM""#, #""2025-03-04T12:54:47Z""#,
      #""2025-03-04T13:54:47+01:00""#,
    ])
  func expiry(text: String) throws {
    #expect(try expires(text, seconds: "7") == noon.adding(seconds: 3_287))
  }

  @Test("Twelve in the morning is midnight")
  func midnight() throws {
    #expect(
      try expires(#""Mar 4, 2025, 12:00:00 AM""#, seconds: "7") == noon.adding(seconds: -43_200))
    #expect(try expires(#""Mar 4, 2025, 1:00:00 PM""#, seconds: "7") == noon.adding(seconds: 3_600))
  }

  @Test("Without a readable expiry the requested duration counts, and without that there is none")
  func duration() throws {
    for text in ["null", #""soon""#, #""Feb 30, 2025, 1:00:00 PM""#, #""Mar 4, 2025""#] {
      #expect(try expires(text, seconds: "900") == noon.adding(seconds: 900), "expiration \(text)")
      for seconds in ["null", "0", "-1", "1.5", "true", "129601", "9223372036854775807"] {
        #expect(try expires(text, seconds: seconds) == nil, "durationSeconds \(seconds)")
      }
    }
    #expect(try expires("null", seconds: #""900""#) == noon.adding(seconds: 900))
  }

  private func expires(_ expiration: String, seconds: String) throws -> Timestamp? {
    let change = try change(
      "AssumeRole", parameters: #"{"durationSeconds":\#(seconds)}"#,
      response: #"{"credentials":{"accessKeyId":"ASIA1","expiration":\#(expiration)}}"#)
    guard case .created(_, _, _, let expires) = change else {
      Issue.record("no key was created")
      return nil
    }
    return expires
  }

  @Test("Keys that begin with ASIA are temporary")
  func kinds() {
    #expect(CloudTrailEvent.keyKind("ASIA111EXAMPLE000000") == .temporary)
    #expect(CloudTrailEvent.keyKind("AKIA111EXAMPLE000000") == .permanent)
    #expect(CloudTrailEvent.keyKind("") == .permanent)
  }
}
