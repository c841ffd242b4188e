internal import HTTPTypes
internal import Ledger
internal import LedgerStore

/// A request as an application describes it that asks by itself.
struct VerifyBody: Sendable {
  var profile: String
  var method: String
  var path: String
  var headers = HTTPFields()
  var clientAddress: String?

  init(json bytes: [UInt8]) throws(APIError) {
    let document: JSONDocument
    do throws(JSONDocumentError) { document = try JSONDocumentReader.read(bytes) } catch {
      throw .badRequest("the body is not JSON: byte \(error.offset): \(error.problem)")
    }
    guard case .object(let members) = document else {
      throw .badRequest("expected a JSON object")
    }
    if let name = document.repeatedMember { throw .badRequest("'\(name)' stands twice") }
    (profile, method, path) = ("", "", "")
    for (name, value) in members {
      switch name {
      case "profile": profile = try Self.text(name, value)
      case "method": method = try Self.text(name, value)
      case "path": path = try Self.text(name, value)
      case "headers": headers = try Self.headers(value)
      case "clientAddress": clientAddress = try Self.address(value)
      default: throw .badRequest("there is no member \(JSONDocument.quoted(name))")
      }
    }
    for (name, text) in [("profile", profile), ("method", method), ("path", path)]
    where text.isEmpty {
      throw .badRequest("\(name): expected a text")
    }
  }

  private static func text(_ name: String, _ value: JSONDocument) throws(APIError) -> String {
    guard case .string(let text) = value else { throw .badRequest("\(name): expected a text") }
    return text
  }

  private static func address(_ value: JSONDocument) throws(APIError) -> String? {
    if case .null = value { return nil }
    guard case .string(let text) = value, AddressRange.parse(text) != nil else {
      throw .badRequest("clientAddress: expected an IP address")
    }
    return text
  }

  private static func headers(_ value: JSONDocument) throws(APIError) -> HTTPFields {
    var fields = HTTPFields()
    if case .null = value { return fields }
    guard case .object(let members) = value else {
      throw .badRequest("headers: expected an object of texts")
    }
    for (name, value) in members {
      guard let field = HTTPField.Name(name), case .string(let text) = value else {
        throw .badRequest("headers: expected an object of texts")
      }
      fields.append(HTTPField(name: field, value: text))
    }
    return fields
  }
}

/// `POST /v1/verify`.
struct VerifyInterface {
  let core: GatewayCore

  func answer(_ body: VerifyBody) async throws(APIError) -> Value {
    guard let loaded = core.profiles[body.profile] else {
      throw .notFound("there is no profile '\(body.profile)'")
    }
    let request = OriginalRequest(body)
    switch await core.decider.decide(request, for: loaded) {
    case .allowed(let outcome), .refused(let outcome): return row(outcome, loaded.profile)
    case .ambiguous(let problem): throw .badRequest(problem)
    case .unavailable: throw .unavailable("The request could not be recorded")
    }
  }

  private func row(_ outcome: RequestOutcome, _ profile: APIProfile) -> Value {
    let answer = outcome.answer
    let isAllowed = answer.reason == .allowed
    let refusal = isAllowed ? nil : profile.answer(to: RefusalFacts(answer))
    var headers = Row()
    for (name, value) in refusal?.headers ?? profile.limitHeaders(answer.shown) {
      headers.append(name, .text(value))
    }
    return .object(
      Row([
        "allowed": .flag(isAllowed),
        "status": .number(Int64(refusal?.status ?? 200)),
        "reason": .text(answer.reason.name),
        "body": .text(refusal?.body ?? ""),
        "headers": .object(headers),
        "userId": Value(outcome.user),
        "apiKeyId": isAllowed ? Value(answer.key) : .null,
        "organizationId": isAllowed ? Value(answer.organization) : .null,
        "sequence": outcome.sequence.map { Value($0) } ?? .null,
      ]))
  }
}

extension OriginalRequest {
  init(_ body: VerifyBody) {
    method = body.method
    target = body.path
    headers = body.headers
    clientAddress = body.clientAddress
  }
}
