import CloudTrail
import Ledger
import Testing

@Suite("Organization, user and key (rules 1 to 5)")
struct CallerTests {
  private func user(_ changes: [String: String]) throws -> String {
    try event(["userIdentity": identity(changes)]).user
  }

  @Test("The organization is the caller's account, else the account that received the event")
  func organization() throws {
    #expect(try event().organization == "111122223333")
    for account in ["", "null", #""""#, #""ANONYMOUS_PRINCIPAL""#, #""11112222333""#] {
      let event = try event(["userIdentity": identity(["accountId": account])])
      #expect(event.organization == "444455556666", "accountId \(account)")
    }
    #expect(try event(["userIdentity": ""]).organization == "444455556666")
    #expect(try event(["userIdentity": "", "recipientAccountId": ""]).organization == "unknown")
  }

  @Test("An IAM user's ARN has its account and name but not its path")
  func iamUser() throws {
    #expect(try user([:]) == ana)
    let china = #""arn:aws-cn:iam::111122223333:user/team/ana""#
    #expect(try user(["arn": china]) == "arn:aws-cn:iam::111122223333:user/ana")
    #expect(try user(["arn": ""]) == ana)
    #expect(
      try user(["accountId": "", "arn": ""]) == "arn:aws:iam::444455556666:user/ana")
  }

  @Test("Anyone else is the first known of arn, principalId, invokedBy, unknown")
  func others() throws {
    let role = #""arn:aws:sts::111122223333:assumed-role/release/build""#
    let other = ["type": #""AssumedRole""#, "arn": role]
    #expect(try user(other) == "arn:aws:sts::111122223333:assumed-role/release/build")
    #expect(try user(["type": "", "arn": "null"]) == "AIDA111EXAMPLE000000")
    #expect(try user(["userName": #""""#]) == "arn:aws:iam::111122223333:user/team/ana")
    let hidden = ["userName": #""HIDDEN_DUE_TO_SECURITY_REASONS""#, "arn": ""]
    #expect(try user(hidden) == "AIDA111EXAMPLE000000")
    let service = #"{"invokedBy":"ec2.amazonaws.com","accountId":"111122223333"}"#
    #expect(try event(["userIdentity": service]).user == "ec2.amazonaws.com")
    for nobody in ["", "null", "{}", #""text""#, #"{"type":"AWSService","invokedBy":null}"#] {
      #expect(try event(["userIdentity": nobody]).user == "unknown", "userIdentity \(nobody)")
    }
  }

  @Test(
    "Absent, null, empty and hidden values are none",
    arguments: ["", "null", #""""#, #""HIDDEN_DUE_TO_SECURITY_REASONS""#])
  func none(value: String) throws {
    let event = try event([
      "userIdentity": identity(["accessKeyId": value]), "errorCode": value,
      "sourceIPAddress": value, "userAgent": value,
    ])
    #expect(event.key == nil)
    #expect(event.errorCode == nil)
    #expect(event.clientAddress == nil)
    #expect(event.userAgent == nil)
    #expect(event.outcome == .allowed)
  }

  @Test("Key, operation, address, user agent and time are as in the file")
  func plain() throws {
    let event = try event(["sourceIPAddress": #""192.0.2.1""#, "userAgent": #""curl/8 \u00e9""#])
    #expect(event.key == "AKIA111EXAMPLE000000")
    #expect(event.operation == "s3.amazonaws.com:ListBuckets")
    #expect(event.clientAddress == "192.0.2.1")
    #expect(event.userAgent == "curl/8 é")
    #expect(event.happened == Timestamp(seconds: 1_741_089_600))
    #expect(event.change == nil)
  }

  @Test(
    "Each event type is kept",
    arguments: [
      ("AwsApiCall", RequestType.apiCall), ("AwsServiceEvent", .serviceEvent),
      ("AwsConsoleAction", .consoleAction), ("AwsConsoleSignIn", .consoleSignIn),
      ("AwsVpceEvent", .vpceEvent), ("AwsCloudTrailInsight", .insight), ("AwsNew", .other),
    ])
  func types(name: String, type: RequestType) throws {
    #expect(try event(["eventType": "\"\(name)\""]).requestType == type)
  }

  @Test("An insight event names its operation in its details")
  func insight() throws {
    let event = try event([
      "eventType": #""AwsCloudTrailInsight""#, "eventName": "", "eventSource": "",
      "insightDetails": #"{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}"#,
    ])
    #expect(event.operation == "ec2.amazonaws.com:RunInstances")
    #expect(event.requestType == .insight)
  }
}
