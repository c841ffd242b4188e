/// An enumeration of `schemas/event.proto`. Raw values are the wire's and never change; 0 is the
/// unspecified value, which no record holds.
package protocol WireEnumeration: VarintValue, CaseIterable, RawRepresentable<UInt8> {
  static var unspecified: Self { get }
}

extension WireEnumeration {
  package static var schemaType: String { String(describing: Self.self) }
  package static var absent: Self { unspecified }
  package init?(varint: UInt64) {
    guard let raw = UInt8(exactly: varint) else { return nil }
    self.init(rawValue: raw)
  }
  package var varint: UInt64 { UInt64(rawValue) }
}

/// Why a request was allowed or refused. The order is not the order of the checks.
package enum Reason: UInt8, WireEnumeration {
  case unspecified, allowed
  case noCredential, malformedCredential, unknownKey, revoked, disabled, expired
  case missingMetadata, wrongTenant, wrongProfile, addressNotAllowed, missingPermission
  /// What imported history says where it tells no more.
  case forbidden
  case sessionInvalid, sessionExpired, sessionDenied
  case abuseBlocked, rateLimited, insufficientCredits, overloaded

  /// The name in interfaces: `rate_limited`.
  package var name: String { Reason.names[Int(rawValue)] }

  package init?(name: String) {
    guard let index = Reason.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  private static let names = allCases.map { snakeCase(String(describing: $0)) }
}

/// `allowed`, or `refused` for a reason.
package enum Decision: String, CaseIterable, Sendable {
  case allowed, refused

  package init(_ reason: Reason) { self = reason == .allowed ? .allowed : .refused }
}

/// How a request showed who is asking.
package enum CredentialKind: UInt8, WireEnumeration {
  case unspecified, none, apiKey, session
}

/// What a key's address list said about the client's address; kept because the address itself is
/// sealed and can be erased.
package enum AddressVerdict: UInt8, WireEnumeration {
  case unspecified, notChecked, inside, outside
}

/// Whether the organization that a request names is the one of whoever makes it; unspecified where
/// it names none.
package enum TenantVerdict: UInt8, WireEnumeration {
  case unspecified, same, other
}

/// What kind of request imported history speaks of, so that billing can leave out what no customer
/// asked for.
package enum RequestType: UInt8, WireEnumeration {
  case unspecified, apiCall, serviceEvent, consoleAction, consoleSignIn, vpceEvent, insight, other

  package var name: String { RequestType.names[Int(rawValue)] }

  package init?(name: String) {
    guard let index = RequestType.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  private static let names = allCases.map { snakeCase(String(describing: $0)) }
}

package enum KeyKind: UInt8, WireEnumeration {
  case unspecified, permanent, temporary

  package var name: String { String(describing: self) }
}

package enum KeyEnvironment: UInt8, WireEnumeration {
  case unspecified, live, staging, test

  package var name: String { String(describing: self) }
}

/// Where imported history came from.
package enum HistorySource: UInt8, WireEnumeration {
  case unspecified, cloudtrail

  package var name: String { String(describing: self) }
}

/// `rateLimited` → `rate_limited`.
package func snakeCase(_ camel: String) -> String {
  var text = ""
  for character in camel {
    if character.isUppercase { text += "_" }
    text += character.lowercased()
  }
  return text
}
