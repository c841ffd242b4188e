internal import Ledger
internal import LedgerStore
internal import Synchronization

/// A profile in force.
struct LoadedProfile: Sendable {
  let profile: APIProfile
  let ordinal: ProfileOrdinal
}

/// The profiles in force, by name. What the log says is in force; files bring new versions.
final class ProfileRegistry: Sendable {
  private let profiles = Mutex<[String: LoadedProfile]>([:])

  subscript(_ name: String) -> LoadedProfile? { profiles.withLock { $0[name] } }

  var names: [String] { profiles.withLock { $0.keys.sorted() } }

  func put(_ profile: LoadedProfile) {
    profiles.withLock { $0[profile.profile.name] = profile }
  }

  /// Puts the shipped profiles in force where there are none of their names, and those of `files`
  /// whatever was before; then takes over everything in force.
  static func load(
    _ writer: LedgerWriter, files: [APIProfile]
  ) async throws -> ProfileRegistry {
    let known = try await writer.read { state in state.profiles.compactMap(\.name) }
    for shipped in ShippedProfile.allCases where !known.contains(shipped.rawValue) {
      try await set(try APIProfile(parsing: Array(shipped.document.utf8)), writer, by: nil)
    }
    for profile in files { try await set(profile, writer, by: nil) }
    let registry = ProfileRegistry()
    for profile in try await writer.read({ $0.profiles }) {
      guard let document = profile.document else { continue }
      let parsed = try APIProfile(parsing: Array(document.utf8))
      if let ordinal = try await writer.read({ $0.index.profiles[parsed.name] }) {
        registry.put(LoadedProfile(profile: parsed, ordinal: ordinal))
      }
    }
    return registry
  }

  /// Records a profile, unless it is in force already. Its version and whether it is new.
  @discardableResult
  static func set(
    _ profile: APIProfile, _ writer: LedgerWriter, by actor: Actor?
  ) async throws(StoreError) -> UInt32 {
    let command = Command.setProfile(
      name: profile.name, document: profile.document, profile.rules)
    _ = try await writer.perform(Proposal(by: actor) { _, _, _ in .success(command) })
    return try await writer.read { state in
      state.index.profiles[profile.name].map { state.profiles[$0.index].version } ?? 0
    }
  }
}
