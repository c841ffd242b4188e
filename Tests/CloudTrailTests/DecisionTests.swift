import CloudTrail
import Testing

@Suite("Decisions (rule 6)")
struct DecisionTests {
  @Test(
    "Throttling is a refusal by rate",
    arguments: [
      "ThrottlingException", "Throttling", "Client.RequestLimitExceeded", "RequestLimitExceeded",
      "TooManyRequestsException", "SlowDown", "EC2ThrottledException", "Server.RequestThrottled",
      "ProvisionedThroughputThrottled",
    ])
  func throttled(code: String) throws {
    let event = try event(["errorCode": "\"\(code)\""])
    #expect(event.outcome == .refused(.rateLimited))
    #expect(event.errorCode == code)
  }

  @Test(
    "Denied access is a refusal",
    arguments: [
      "AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation",
      "UnauthorizedOperation", "AuthFailure", "Client.AuthFailure",
    ])
  func denied(code: String) throws {
    let event = try event(["errorCode": "\"\(code)\""])
    #expect(event.outcome == .refused(.forbidden))
    #expect(event.errorCode == code)
  }

  @Test(
    "Quotas and other failures were let in",
    arguments: [
      "LimitExceededException", "Client.VpcLimitExceeded", "ServiceQuotaExceededException",
      "NoSuchBucket", "Server.InternalError", "Other.RequestLimitExceeded", "MyAccessDenied",
    ])
  func failed(code: String) throws {
    let event = try event(["errorCode": "\"\(code)\""])
    #expect(event.outcome == .allowed)
    #expect(event.errorCode == code)
  }

  @Test("A failed console login is a refusal without a code")
  func login() throws {
    let failure = #"{"ConsoleLogin":"Failure"}"#
    let refused = try event(["eventName": #""ConsoleLogin""#, "responseElements": failure])
    #expect(refused.outcome == .refused(.forbidden))
    #expect(refused.errorCode == nil)
    let success = try event([
      "eventName": #""ConsoleLogin""#, "responseElements": #"{"ConsoleLogin":"Success"}"#,
    ])
    #expect(success.outcome == .allowed)
    #expect(try event(["responseElements": failure]).outcome == .allowed)
  }
}
