internal import Ledger
internal import LedgerStore
internal import Synchronization

/// A profile in force.
struct LoadedProfile: Sendable {
  let profile: APIProfile
  let ordinal: ProfileOrdinal
  let version: UInt32
}

/// The profiles in force, by name. What the log says is in force; files bring new versions.
final class ProfileRegistry: Sendable {
  private let profiles = Mutex<[String: LoadedProfile]>([:])

  subscript(_ name: String) -> LoadedProfile? { profiles.withLock { $0[name] } }

  var names: [String] { profiles.withLock { $0.keys.sorted() } }

  /// Takes over a version, unless a later one is there: of two that come at once, either may be
  /// told first.
  func put(_ profile: LoadedProfile) {
    profiles.withLock { held in
      if held[profile.profile.name]?.version ?? 0 < profile.version {
        held[profile.profile.name] = profile
      }
    }
  }

  /// Takes over what the log has of a name now.
  func refresh(_ name: String, from writer: LedgerWriter) async throws -> LoadedProfile? {
    let found = try await writer.read { state in
      state.index.profiles[name].map { ($0, state.profiles[$0.index]) }
    }
    guard let (ordinal, profile) = found, let document = profile.document else { return nil }
    let loaded = LoadedProfile(
      profile: try APIProfile(parsing: Array(document.utf8)), ordinal: ordinal,
      version: profile.version)
    put(loaded)
    return loaded
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
    for name in try await writer.read({ $0.profiles.compactMap(\.name) }) {
      _ = try await registry.refresh(name, from: writer)
    }
    return registry
  }

  /// Records a profile, unless it is in force already.
  static func set(
    _ profile: APIProfile, _ writer: LedgerWriter, by actor: Actor?
  ) async throws(StoreError) {
    let command = Command.setProfile(
      name: profile.name, document: profile.document, profile.rules)
    _ = try await writer.perform(Proposal(by: actor) { _, _, _ in .success(command) })
  }
}
