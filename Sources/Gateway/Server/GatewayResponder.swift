internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import Logging

/// Every request's way: `/auth/…` is decided, the rest is keyledger's own interface.
struct GatewayResponder: HTTPResponder {
  typealias Context = GatewayContext

  /// Which door a request came in by.
  enum Door: Sendable {
    case network
    /// The Unix socket in the data directory; whoever may open it is known by user id.
    case control
  }

  let core: GatewayCore
  let door: Door

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    var response = try await answer(to: request, context)
    // The headers of the answer and no body, whose bytes would be taken for the next answer.
    if request.method == .head { response.body = ResponseBody() }
    return response
  }

  private func answer(to request: Request, _ context: GatewayContext) async throws -> Response {
    do {
      let target = request.head.path ?? "/"
      if let auth = AuthTarget(target) {
        return try await AuthInterface(core: core).respond(to: request, auth, context)
      }
      return try await respond(to: request, target, context)
    } catch let error as APIError {
      return error.response
    } catch let error as StoreError {
      log(error, context)
      return APIError(error).response
    } catch let error as any HTTPResponseError {
      return APIError(status: error.status, code: "bad_request", message: "\(error.status)")
        .response
    }
  }

  private func log(_ error: StoreError, _ context: GatewayContext) {
    switch error {
    case .refused, .notFound, .invalid, .beyondLog, .namesSealed: return
    default: context.logger.error("a call failed", metadata: ["problem": "\(error)"])
    }
  }

  private func respond(
    to request: Request, _ target: String, _ context: GatewayContext
  ) async throws -> Response {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var segments: [String] = []
    for segment in (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: true) {
      guard let decoded = PercentDecoding.decode(segment) else {
        throw APIError.badRequest("the path is not percent-encoded UTF-8")
      }
      segments.append(decoded)
    }
    let here = Endpoint.all.filter { $0.matches(segments) }
    guard !here.isEmpty else { throw APIError.notFound("there is nothing at this path") }
    let method = request.method == .head ? "GET" : request.method.rawValue
    guard let endpoint = here.first(where: { $0.method == method }) else {
      throw APIError.methodNotAllowed(here.map(\.method))
    }
    let query = parts.count == 2 ? String(parts[1]) : nil
    let call = InterfaceCall(
      endpoint: endpoint, segments: segments, query: query, request: request, context: context)
    guard let roles = endpoint.roles else { return try await call.answer(core, nil) }
    let caller = try await caller(request, context)
    guard roles.contains(caller.role) else {
      throw APIError.forbidden("the role \(caller.role.name) may not do this")
    }
    return try await call.answer(core, caller)
  }

  private func caller(_ request: Request, _ context: GatewayContext) async throws -> Caller {
    if door == .control {
      guard let user = await context.peerUserID(), core.operators.contains(user) else {
        throw APIError.forbidden("this user may not administer the service")
      }
      return Caller(actor: Actor(operatorID: user), role: .admin)
    }
    let values = request.headers[values: .authorization]
    guard values.count == 1, let value = values.first, value.utf8.count <= 512,
      value.lowercased().hasPrefix("bearer ")
    else { throw APIError.unauthorized("expected one header: Authorization: Bearer TOKEN") }
    let token = String(value.dropFirst("bearer ".count).drop { $0 == " " })
    guard let caller = try await core.tokens.caller(presenting: token) else {
      throw APIError.unauthorized("the token is not valid")
    }
    return caller
  }
}
