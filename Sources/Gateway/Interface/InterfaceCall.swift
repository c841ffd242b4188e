internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import NIOCore

/// One call of keyledger's own interface, by somebody who may make it.
struct InterfaceCall {
  /// The largest body but of an import, in bytes: a profile of all its bounds is a quarter of it.
  private static let bodyLimit = 1 << 20
  /// One file of history, in bytes: CloudTrail's own files are a tenth of it.
  private static let importLimit = 64 << 20

  let endpoint: Endpoint
  let segments: [String]
  let query: String?
  let request: Request
  let context: GatewayContext

  func answer(_ core: GatewayCore, _ caller: Caller?) async throws -> Response {
    switch endpoint.action {
    case .checkpoint, .metrics, .health, .readiness:
      return try await StatusInterface(core: core).answer(endpoint.action)
    default: break
    }
    guard let caller else { throw APIError.unauthorized("a token is needed") }
    var query = try Query(query)
    switch endpoint.action {
    case .administer:
      try query.end()
      return try await administer(core, caller)
    case .verify:
      try query.end()
      let body = try VerifyBody(json: try await body())
      return .json(try await VerifyInterface(core: core).answer(body))
    case .listProfiles, .showProfile, .setProfile:
      try query.end()
      return try await ProfileInterface(core: core, caller: caller).answer(self)
    case .importHistory:
      return try await importHistory(core, caller, &query)
    case .streamEvents: return try await stream(core, caller, &query)
    default:
      let question = try Question(endpoint.action, segments: segments, &query)
      return try await ask(question, core, caller)
    }
  }

  func body(upTo limit: Int = bodyLimit) async throws -> [UInt8] {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw APIError.tooLarge(limit: limit)
    }
    do {
      let buffer = try await request.body.collect(upTo: limit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw APIError.tooLarge(limit: limit)
    }
  }

  private func administer(_ core: GatewayCore, _ caller: Caller) async throws -> Response {
    let call = try AdministrationCall(
      method: endpoint.method, segments: Array(segments.dropFirst()),
      body: try await body(), idempotencyKey: request.headers.values("Idempotency-Key").first)
    guard let call else { throw APIError.notFound("there is nothing at this path") }
    let answer = try await core.administration.perform(call, by: caller.actor)
    return .json(.object(answer.row), status: answer.isNew ? .created : .ok)
  }

  /// Reading leaves a record too: who read what, at which log size. The answer waits for it.
  private func ask(
    _ question: Question, _ core: GatewayCore, _ caller: Caller
  ) async throws -> Response {
    let answer = try await core.desk.ask { try question.ask($0) }
    try await recordAccess(core, caller, logSize: answer.logSize)
    return .json(answer.value)
  }

  func recordAccess(
    _ core: GatewayCore, _ caller: Caller, logSize: UInt64
  ) async throws(StoreError) {
    let resource = "\(endpoint.method) /\(segments.joined(separator: "/"))"
    _ = try await core.writer.perform(
      Proposal(by: caller.actor) { _, _, _ in
        .success(.recordAccess(resource: resource, logSize: logSize))
      })
  }

  private func stream(
    _ core: GatewayCore, _ caller: Caller, _ query: inout Query
  ) async throws -> Response {
    let filter = try TrailRequest(&query)
    let after = try query.number("after")
    try query.end()
    let resumed = request.headers.values("Last-Event-ID").first
      .flatMap { UInt64($0) }
    let size = core.writer.statistics.current.logSize
    let known = try await core.desk.ask { $0.logSize }
    let first = (resumed ?? after).map { $0 < .max ? $0 + 1 : $0 } ?? max(size, known)
    // A name that nobody has is an error now, and not in the middle of the stream.
    _ = try await core.desk.ask { reader in
      _ = try filter.filter(reader, in: try reader.state(at: .now).state)
    }
    try await recordAccess(core, caller, logSize: max(size, known))
    let authorization = request.headers[.authorization]
    let stream = EventStream(
      desk: core.desk, request: filter, statistics: core.writer.statistics
    ) {
      if core.isStopping { return false }
      guard let token = authorization?.split(separator: " ").last.map({ String($0) }) else {
        return true
      }
      // A token that is revoked ends what it has begun.
      let now = try? await core.tokens.caller(presenting: token)
      return now?.role == caller.role
    }
    var headers = HTTPFields()
    headers[.contentType] = "text/event-stream"
    headers[.cacheControl] = "no-store"
    return Response(status: .ok, headers: headers, body: stream.body(from: first))
  }

  private func importHistory(
    _ core: GatewayCore, _ caller: Caller, _ query: inout Query
  ) async throws -> Response {
    let source = try query.text("source")
    try query.end()
    guard source == "cloudtrail" else {
      throw APIError.badRequest("source: expected cloudtrail")
    }
    let bytes = try await body(upTo: Self.importLimit)
    return try await ImportInterface(core: core).take(bytes, by: caller)
  }
}
