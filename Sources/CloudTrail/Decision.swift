extension CloudTrailEvent.Outcome {
  /// Rule 6. A code that is neither throttling nor denied access means that the request was let
  /// in and then failed; quotas (`LimitExceededException`, `VpcLimitExceeded`) are such codes.
  init(errorCode: String?, isFailedLogin: Bool) {
    let code = errorCode.map(Self.withoutSide)
    if let code, Self.isThrottling(code) {
      self = .refused(.rateLimited)
    } else if isFailedLogin || code.map(Self.isDenied) == true {
      self = .refused(.forbidden)
    } else {
      self = .allowed
    }
  }

  /// EC2 says in front whose fault it was.
  private static func withoutSide(_ code: String) -> String {
    for side in ["Client.", "Server."] where code.hasPrefix(side) {
      return String(code.dropFirst(side.count))
    }
    return code
  }

  private static func isThrottling(_ code: String) -> Bool {
    switch code {
    case "RequestLimitExceeded", "TooManyRequestsException", "SlowDown": true
    default: code.contains("Throttl")
    }
  }

  private static func isDenied(_ code: String) -> Bool {
    switch code {
    case "UnauthorizedOperation", "AuthFailure": true
    default: code.hasPrefix("AccessDenied")
    }
  }
}
