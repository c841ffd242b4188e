internal import Ledger

/// One thing that keyledger's own interface can do: `schemas/openapi.yaml` describes them all.
struct Endpoint: Sendable {
  enum Action: Sendable {
    /// A change; `AdministrationCall` reads it from the same path.
    case administer
    case verify
    case importHistory
    case listProfiles, showProfile, setProfile
    case listTokens
    case organizations, users, keys, showKey, limits, blocks, credits, state, usage, explain
    case events, streamEvents
    case checkpoint, metrics, health, readiness
  }

  let method: String
  /// Segments of the path; `{…}` stands for any one.
  let pattern: [String]
  /// Who may call it; `nil` for everybody.
  let roles: Set<TokenRole>?
  let action: Action

  private init(
    _ method: String, _ path: String, _ roles: Set<TokenRole>?, _ action: Action
  ) {
    self.method = method
    pattern = path.split(separator: "/").map { String($0) }
    self.roles = roles
    self.action = action
  }

  func matches(_ segments: [String]) -> Bool {
    segments.count == pattern.count
      && zip(segments, pattern).allSatisfy { $1.hasPrefix("{") ? !$0.isEmpty : $0 == $1 }
  }

  private static let admin: Set<TokenRole> = [.admin]
  private static let gateway: Set<TokenRole> = [.admin, .gateway]
  private static let audit: Set<TokenRole> = [.admin, .auditor]
  private static let billing: Set<TokenRole> = [.admin, .auditor, .billing]

  static let all: [Endpoint] = [
    Endpoint("POST", "/v1/verify", gateway, .verify),
    Endpoint("POST", "/v1/outcomes", gateway, .administer),

    Endpoint("GET", "/v1/organizations", audit, .organizations),
    Endpoint("POST", "/v1/organizations", admin, .administer),
    Endpoint("PATCH", "/v1/organizations/{id}", admin, .administer),
    Endpoint("GET", "/v1/users", audit, .users),
    Endpoint("POST", "/v1/users", admin, .administer),
    Endpoint("PATCH", "/v1/users/{id}", admin, .administer),
    Endpoint("GET", "/v1/keys", audit, .keys),
    Endpoint("POST", "/v1/keys", admin, .administer),
    Endpoint("GET", "/v1/keys/{id}", audit, .showKey),
    Endpoint("PATCH", "/v1/keys/{id}", admin, .administer),
    Endpoint("POST", "/v1/keys/{id}/rotate", admin, .administer),
    Endpoint("POST", "/v1/keys/{id}/revoke", admin, .administer),
    Endpoint("GET", "/v1/tokens", audit, .listTokens),
    Endpoint("POST", "/v1/tokens", admin, .administer),
    Endpoint("DELETE", "/v1/tokens/{name}", admin, .administer),
    Endpoint("POST", "/v1/sessions/deny", admin, .administer),
    Endpoint("GET", "/v1/credits", billing, .credits),
    Endpoint("POST", "/v1/credits", admin, .administer),
    Endpoint("GET", "/v1/blocks", audit, .blocks),
    Endpoint("DELETE", "/v1/blocks/{user}", admin, .administer),
    Endpoint("GET", "/v1/limits", audit, .limits),
    Endpoint("GET", "/v1/profiles", audit, .listProfiles),
    Endpoint("GET", "/v1/profiles/{name}", audit, .showProfile),
    Endpoint("PUT", "/v1/profiles/{name}", admin, .setProfile),
    Endpoint("POST", "/v1/imports", admin, .importHistory),

    Endpoint("GET", "/v1/events", audit, .events),
    Endpoint("GET", "/v1/events/stream", audit, .streamEvents),
    Endpoint("GET", "/v1/usage", billing, .usage),
    Endpoint("GET", "/v1/state", audit, .state),
    Endpoint("GET", "/v1/explain/{sequence}", audit, .explain),

    Endpoint("GET", "/checkpoint", nil, .checkpoint),
    Endpoint("GET", "/metrics", nil, .metrics),
    Endpoint("GET", "/healthz", nil, .health),
    Endpoint("GET", "/readyz", nil, .readiness),
  ]
}
