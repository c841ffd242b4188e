internal import Hummingbird
internal import Ledger
internal import LedgerStore

/// The profiles in force, and how a new version comes into force.
struct ProfileInterface {
  let core: GatewayCore
  let caller: Caller

  func answer(_ call: InterfaceCall) async throws -> Response {
    switch call.endpoint.action {
    case .listProfiles:
      let (profiles, size) = try await core.writer.read { ($0.profiles, $0.logSize) }
      try await call.recordAccess(core, caller, logSize: size)
      let rows = profiles.sorted { bytesPrecede($0.name ?? "", $1.name ?? "") }.map { profile in
        Value.object(
          Row(["name": Value(profile.name), "version": .number(Int64(profile.version))]))
      }
      return .json(.object(Row(["logSize": Value(size), "items": .list(rows)])))
    case .showProfile:
      guard let loaded = core.profiles[call.segments[2]] else {
        throw APIError.notFound("there is no profile '\(call.segments[2])'")
      }
      let size = try await core.writer.read { $0.logSize }
      try await call.recordAccess(core, caller, logSize: size)
      return .text(loaded.profile.document, type: "application/json")
    default: return try await set(call)
    }
  }

  private func set(_ call: InterfaceCall) async throws -> Response {
    let profile: APIProfile
    do { profile = try APIProfile(parsing: try await call.body()) } catch let error as ProfileError
    {
      throw APIError(
        status: .unprocessableContent, code: "unprocessable", message: "\(error)")
    }
    guard profile.name == call.segments[2] else {
      throw APIError(
        status: .unprocessableContent, code: "unprocessable",
        message: "name: expected '\(call.segments[2])', found '\(profile.name)'")
    }
    try await ProfileRegistry.set(profile, core.writer, by: caller.actor)
    guard let loaded = try await core.profiles.refresh(profile.name, from: core.writer) else {
      throw APIError.unavailable("the profile is not in force")
    }
    return .json(
      .object(
        Row(["name": .text(profile.name), "version": .number(Int64(loaded.version))])))
  }
}
