/// The session that a request presents, before anyone asks for the time.
package enum PresentedSession: Sendable, Equatable {
  case none
  /// A session cookie that is none: of another secret, changed, damaged, or contradictory.
  case invalid
  /// `user` is the claim `sub`, `id` is `jti`; `expires` is `exp` in whole seconds since 1970, of
  /// the years 1 to 9999. Whether that has passed is for the caller to say.
  case valid(user: String, id: String?, expires: Int64)
}

/// Reads the session cookies of NextAuth 4 and Auth.js 5 (see `SessionKey`): encrypted tokens, in
/// one cookie or in numbered chunks. Sessions that are kept in a database cannot be read here.
package struct SessionVerifier: Sendable {
  private let keys: [SessionCookie: [SessionKey]]

  /// Secrets newest first. Without any, no session is valid; an empty one is left out, because
  /// everybody knows it.
  package init(secrets: [String]) {
    let secrets = secrets.filter { !$0.isEmpty }
    keys = Dictionary(
      uniqueKeysWithValues: SessionCookie.allCases.map { cookie in
        (cookie, secrets.map { SessionKey(of: cookie, secret: $0) })
      })
  }

  /// `cookieHeaders` are the values of all `Cookie` headers. If there are several sessions, one
  /// that is valid decides, in the order of `SessionCookie`.
  package func session(cookieHeaders: [String]) -> PresentedSession {
    guard let cookies = CookieHeaders(cookieHeaders) else { return .invalid }
    for cookie in SessionCookie.allCases {
      guard let pieces = cookies.sessions[cookie] else { continue }
      let session = session(in: cookie, pieces)
      if session != .invalid { return session }
    }
    return cookies.sessions.isEmpty ? .none : .invalid
  }

  private func session(in cookie: SessionCookie, _ pieces: SessionPieces) -> PresentedSession {
    guard let text = pieces.token, let token = SessionToken(text) else { return .invalid }
    for key in keys[cookie] ?? [] {
      guard let content = key.open(token) else { continue }
      return SessionClaims(parsing: content)?.session ?? .invalid
    }
    return .invalid
  }
}
