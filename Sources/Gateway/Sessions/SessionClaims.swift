internal import FoundationEssentials

/// What a session says of its user (RFC 7519 section 4.1); other claims are not read.
struct SessionClaims: Decodable {
  private let sub: String
  private let exp: Double
  private let jti: String?

  /// Nil unless it is a JSON object with a user and an end, each of its right type. A parser's
  /// bound on nesting, 512, bounds the recursion.
  init?(parsing text: Data) {
    do {
      self = try JSONDecoder().decode(SessionClaims.self, from: text)
    } catch {
      return nil
    }
  }

  /// Invalid where nobody is named, or the end is beyond the calendar.
  var session: PresentedSession {
    guard !sub.isEmpty, SessionLimits.expiry.contains(exp) else { return .invalid }
    return .valid(user: sub, id: jti, expires: Int64(exp.rounded(.down)))
  }
}
