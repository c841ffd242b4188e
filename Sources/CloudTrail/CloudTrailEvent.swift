package import Ledger

/// One event of a CloudTrail file as plain facts: who asked for what, when, from where, with
/// which key, what came of it, and what it did to a key.
package struct CloudTrailEvent: Sendable, Equatable {
  /// `eventID`, unique for ever.
  package var id: String

  /// From `eventTime` or `@timestamp`.
  package var happened: Timestamp

  /// The account, 12 digits; what the file has instead if it names no account.
  package var organization: String

  /// The caller: an ARN wherever there is one.
  package var user: String

  /// The access key the request was signed with.
  package var key: String?

  /// `eventSource:eventName`.
  package var operation: String

  /// `eventType`, kept so that billing can leave out what no customer asked for.
  package var requestType: RequestType
  package var outcome: Outcome

  /// As in the file, with any `Client.` or `Server.` in front.
  package var errorCode: String?

  /// `sourceIPAddress`: an address, or the name of an AWS service.
  package var clientAddress: String?
  package var userAgent: String?
  package var change: KeyChange?

  /// The whole event in its canonical form (see `CanonicalJSON`): equal for the same event from
  /// any file format. It holds request parameters and so secrets: it is for a keyed fingerprint,
  /// and never recorded.
  package var canonical: [UInt8]

  package enum Outcome: Sendable, Equatable {
    case allowed
    case refused(Refusal)
  }

  package enum Refusal: Sendable, Equatable {
    case rateLimited, forbidden
  }
}

extension RequestType {
  init(eventType: String?) {
    self =
      switch eventType {
      case "AwsApiCall": .apiCall
      case "AwsServiceEvent": .serviceEvent
      case "AwsConsoleAction": .consoleAction
      case "AwsConsoleSignIn": .consoleSignIn
      case "AwsVpceEvent": .vpceEvent
      case "AwsCloudTrailInsight": .insight
      default: .other
      }
  }
}
