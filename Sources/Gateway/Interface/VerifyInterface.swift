internal import Foundation
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

  private static let members: Set<String> = [
    "profile", "method", "path", "headers", "clientAddress",
  ]

  init(json bytes: [UInt8]) throws(APIError) {
    let parsed: Any
    do { parsed = try JSONSerialization.jsonObject(with: Data(bytes)) } catch {
      throw .badRequest("the body is not JSON")
    }
    guard let object = parsed as? [String: Any] else {
      throw .badRequest("expected a JSON object")
    }
    if let unknown = object.keys.filter({ !Self.members.contains($0) }).min() {
      throw .badRequest("there is no member '\(unknown)'")
    }
    profile = try Self.text("profile", object)
    method = try Self.text("method", object)
    path = try Self.text("path", object)
    if path.isEmpty { throw .badRequest("path: expected a path") }
    if let address = object["clientAddress"], !(address is NSNull) {
      guard let text = address as? String, AddressRange.parse(text) != nil else {
        throw .badRequest("clientAddress: expected an IP address")
      }
      clientAddress = text
    }
    guard let fields = object["headers"], !(fields is NSNull) else { return }
    guard let fields = fields as? [String: Any] else {
      throw .badRequest("headers: expected an object of texts")
    }
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      guard let field = HTTPField.Name(name), let text = value as? String else {
        throw .badRequest("headers: expected an object of texts")
      }
      headers.append(HTTPField(name: field, value: text))
    }
  }

  private static func text(_ name: String, _ object: [String: Any]) throws(APIError) -> String {
    guard let text = object[name] as? String else { throw .badRequest("\(name): expected a text") }
    return text
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
