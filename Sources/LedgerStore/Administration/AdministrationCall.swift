/// Every change that somebody can ask for, whichever way it comes in.
package enum AdministrationCall: Hashable, Sendable {
  case createOrganization(OrganizationCreation)
  case setOrganization(id: String, EntityPatch)
  case createUser(UserCreation)
  case setUser(id: String, EntityPatch)
  case createKey(KeyCreationBody, idempotencyKey: String?)
  case patchKey(id: String, KeyPatch)
  case rotateKey(id: String, KeyRotation)
  case revokeKey(id: String)
  case createToken(TokenCreation)
  case revokeToken(name: String)
  case denySession(SessionDenial)
  case grantCredits(CreditGrant)
  case releaseBlock(user: String)
  case reportOutcome(OutcomeReport)
}

/// A call as an HTTP request.
extension AdministrationCall {
  /// The path is percent-encoded.
  package var route: (method: String, path: String) {
    switch self {
    case .createOrganization: ("POST", Self.path("organizations"))
    case .setOrganization(let id, _): ("PATCH", Self.path("organizations", id))
    case .createUser: ("POST", Self.path("users"))
    case .setUser(let id, _): ("PATCH", Self.path("users", id))
    case .createKey: ("POST", Self.path("keys"))
    case .patchKey(let id, _): ("PATCH", Self.path("keys", id))
    case .rotateKey(let id, _): ("POST", Self.path("keys", id, "rotate"))
    case .revokeKey(let id): ("POST", Self.path("keys", id, "revoke"))
    case .createToken: ("POST", Self.path("tokens"))
    case .revokeToken(let name): ("DELETE", Self.path("tokens", name))
    case .denySession: ("POST", Self.path("sessions", "deny"))
    case .grantCredits: ("POST", Self.path("credits"))
    case .releaseBlock(let user): ("DELETE", Self.path("blocks", user))
    case .reportOutcome: ("POST", Self.path("outcomes"))
    }
  }

  /// JSON; `nil` for a call without a body.
  package func body() throws(StoreError) -> [UInt8]? {
    switch self {
    case .createOrganization(let body): try body.json()
    case .setOrganization(_, let body): try body.json()
    case .createUser(let body): try body.json()
    case .setUser(_, let body): try body.json()
    case .createKey(let body, _): try body.json()
    case .patchKey(_, let body): try body.json()
    case .rotateKey(_, let body): try body.json()
    case .createToken(let body): try body.json()
    case .denySession(let body): try body.json()
    case .grantCredits(let body): try body.json()
    case .reportOutcome(let body): try body.json()
    case .revokeKey, .revokeToken, .releaseBlock: nil
    }
  }

  /// The header `Idempotency-Key`.
  package var idempotencyKey: String? {
    if case .createKey(_, let key) = self { return key }
    return nil
  }

  /// The call that a request makes; `nil` where its method and path are none of a call's.
  ///
  /// - Parameter segments: of the path behind `/v1/`, with percent escapes decoded.
  package init?(
    method: String, segments: [String], body: [UInt8], idempotencyKey: String? = nil
  ) throws(StoreError) {
    let (first, second) = (segments.first ?? "", segments.count > 1 ? segments[1] : "")
    let third = segments.count > 2 ? segments[2] : ""
    switch (method, first, segments.count) {
    case ("POST", "organizations", 1):
      self = .createOrganization(try OrganizationCreation(json: body))
    case ("PATCH", "organizations", 2):
      self = .setOrganization(id: second, try EntityPatch(json: body))
    case ("POST", "users", 1): self = .createUser(try UserCreation(json: body))
    case ("PATCH", "users", 2): self = .setUser(id: second, try EntityPatch(json: body))
    case ("POST", "keys", 1):
      self = .createKey(try KeyCreationBody(json: body), idempotencyKey: idempotencyKey)
    case ("PATCH", "keys", 2): self = .patchKey(id: second, try KeyPatch(json: body))
    case ("POST", "keys", 3) where third == "rotate":
      self = .rotateKey(id: second, try KeyRotation(json: body.isEmpty ? Array("{}".utf8) : body))
    case ("POST", "keys", 3) where third == "revoke": self = .revokeKey(id: second)
    case ("POST", "tokens", 1): self = .createToken(try TokenCreation(json: body))
    case ("DELETE", "tokens", 2): self = .revokeToken(name: second)
    case ("POST", "sessions", 2) where second == "deny":
      self = .denySession(try SessionDenial(json: body))
    case ("POST", "credits", 1): self = .grantCredits(try CreditGrant(json: body))
    case ("DELETE", "blocks", 2): self = .releaseBlock(user: second)
    case ("POST", "outcomes", 1): self = .reportOutcome(try OutcomeReport(json: body))
    default: return nil
    }
  }

  private static func path(_ segments: String...) -> String {
    (["/v1"] + segments.map(PercentCoding.encode)).joined(separator: "/")
  }
}

/// Percent-encoding of one segment of a path (RFC 3986, section 2.3: all but unreserved).
package enum PercentCoding {
  package static func encode(_ segment: String) -> String {
    // Dots alone would be a step in the path and not a name.
    if segment == "." || segment == ".." {
      return String(repeating: "%2E", count: segment.utf8.count)
    }
    var text = ""
    for byte in segment.utf8 {
      let isUnreserved =
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
          UInt8(ascii: "_"), UInt8(ascii: "~"):
          true
        default: false
        }
      if isUnreserved {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let hex = String(byte, radix: 16, uppercase: true)
        text += hex.utf8.count == 1 ? "%0\(hex)" : "%\(hex)"
      }
    }
    return text
  }
}
