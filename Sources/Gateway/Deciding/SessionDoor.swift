internal import Synchronization

/// The session verifier in use; its secrets can be exchanged while requests come.
final class SessionDoor: Sendable {
  private let verifier: Mutex<SessionVerifier>

  init(secrets: [String]) { verifier = Mutex(SessionVerifier(secrets: secrets)) }

  func use(secrets: [String]) {
    let fresh = SessionVerifier(secrets: secrets)
    verifier.withLock { $0 = fresh }
  }

  func session(cookieHeaders: [String]) -> PresentedSession {
    if cookieHeaders.isEmpty { return .none }
    return verifier.withLock { $0 }.session(cookieHeaders: cookieHeaders)
  }
}
