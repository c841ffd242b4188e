package import Ledger

/// A new key. Without organization and user it has no owner, and is refused whatever it asks for.
package struct KeyCreationBody: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case organization, user, profile, product, name, environment, expiresAt, limit, scopes
    case addresses
  }
  package typealias Member = CodingKeys

  package var organization: String?
  package var user: String?
  /// Absent: it can be used with every profile.
  package var profile: String?
  /// The first part of the secret; the profile's `keyPrefix` where absent.
  package var product: String?
  package var name: String?
  package var environment: KeyEnvironment?
  package var expiresAt: Timestamp?
  package var limit: RateLimit?
  package var scopes: [String]?
  package var addresses: [String]?

  package init() {}
}

package struct KeyRotation: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable { case graceSeconds }
  package typealias Member = CodingKeys

  /// How long the secret before still works; absent: no longer.
  package var graceSeconds: Int64?

  package init(graceSeconds: Int64? = nil) { self.graceSeconds = graceSeconds }
}

/// Changes to a key, made together or not at all. An absent member leaves what is there.
package struct KeyPatch: JSONBody {
  package enum CodingKeys: String, CodingKey, CaseIterable {
    case name, enabled, expiresAt, limit, scopes, addresses, metadata
  }
  package typealias Member = CodingKeys

  /// A member that can be absent, null or a value.
  package enum Setting<Value: Codable & Hashable & Sendable>: Hashable, Sendable {
    case leave
    case clear
    case set(Value)

    package init(_ value: Value?) { self = value.map { .set($0) } ?? .clear }

    /// `nil` where nothing is asked for.
    fileprivate var change: Value?? {
      switch self {
      case .leave: nil
      case .clear: .some(nil)
      case .set(let value): value
      }
    }
  }

  package var name = Setting<String>.leave
  package var enabled: Bool?
  package var expiresAt = Setting<Timestamp>.leave
  package var limit = Setting<RateLimit>.leave
  package var scopes: [String]?
  package var addresses: [String]?
  package var metadata: [String: String]?

  package init() {}

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    name = try members.setting(.name)
    enabled = try members.value(.enabled)
    expiresAt = try members.setting(.expiresAt)
    limit = try members.setting(.limit)
    scopes = try members.value(.scopes)
    addresses = try members.value(.addresses)
    metadata = try members.value(.metadata)
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(name, .name)
    try members.encodeIfPresent(enabled, forKey: .enabled)
    try members.encode(expiresAt, .expiresAt)
    try members.encode(limit, .limit)
    try members.encodeIfPresent(scopes, forKey: .scopes)
    try members.encodeIfPresent(addresses, forKey: .addresses)
    try members.encodeIfPresent(metadata, forKey: .metadata)
  }

  /// As the ledger names them.
  var changes: [KeyEdit] {
    var changes: [KeyEdit] = []
    if let name = name.change { changes.append(.name(name)) }
    if let enabled { changes.append(.enabled(enabled)) }
    if let time = expiresAt.change { changes.append(.expires(time)) }
    if let limit = limit.change { changes.append(.limit(limit)) }
    if let scopes { changes.append(.scopes(scopes)) }
    if let addresses { changes.append(.addresses(addresses)) }
    if let metadata {
      let entries = metadata.map { MetadataEntry(name: $0.key, value: $0.value) }
      changes.append(.metadata(entries.sorted { bytesPrecede($0.name ?? "", $1.name ?? "") }))
    }
    return changes
  }
}

extension KeyedDecodingContainer {
  fileprivate func setting<Value>(_ key: Key) throws -> KeyPatch.Setting<Value> {
    guard contains(key) else { return .leave }
    return try decodeNil(forKey: key) ? .clear : .set(decode(Value.self, forKey: key))
  }

  /// Unlike `decodeIfPresent`, does not take null for absent.
  fileprivate func value<Value: Decodable>(_ key: Key) throws -> Value? {
    contains(key) ? try decode(Value.self, forKey: key) : nil
  }
}

extension KeyedEncodingContainer {
  fileprivate mutating func encode<Value>(
    _ setting: KeyPatch.Setting<Value>, _ key: Key
  ) throws {
    switch setting {
    case .leave: return
    case .clear: try encodeNil(forKey: key)
    case .set(let value): try encode(value, forKey: key)
    }
  }
}
