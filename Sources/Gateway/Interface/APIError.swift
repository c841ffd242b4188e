internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import LedgerStore

/// Why keyledger's own interface refuses a call: the one place where errors become statuses.
struct APIError: Error {
  var status: HTTPResponse.Status
  var code: String
  var message: String
  var headers = HTTPFields()

  static func badRequest(_ message: String) -> APIError {
    APIError(status: .badRequest, code: "bad_request", message: message)
  }

  static func notFound(_ message: String) -> APIError {
    APIError(status: .notFound, code: "not_found", message: message)
  }

  static func forbidden(_ message: String) -> APIError {
    APIError(status: .forbidden, code: "forbidden", message: message)
  }

  static func unavailable(_ message: String) -> APIError {
    APIError(status: .serviceUnavailable, code: "unavailable", message: message)
  }

  static func unauthorized(_ message: String) -> APIError {
    APIError(
      status: .unauthorized, code: "unauthorized", message: message,
      headers: [.wwwAuthenticate: "Bearer realm=\"keyledger\""])
  }

  static func tooLarge(limit: Int) -> APIError {
    APIError(
      status: .contentTooLarge, code: "too_large",
      message: "the body is longer than \(limit) bytes", headers: [.connection: "close"])
  }

  static func methodNotAllowed(_ allowed: [String]) -> APIError {
    APIError(
      status: .methodNotAllowed, code: "method_not_allowed",
      message: "allowed: \(allowed.joined(separator: ", "))",
      headers: [.allow: allowed.joined(separator: ", ")])
  }

  init(
    status: HTTPResponse.Status, code: String, message: String, headers: HTTPFields = HTTPFields()
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.headers = headers
  }

  init(_ error: StoreError) {
    let message = "\(error)"
    switch error {
    case .refused(let refusal): self.init(refusal)
    case .notFound: self = .notFound(message)
    case .invalid, .beyondLog: self = .badRequest(message)
    case .namesSealed:
      self.init(status: .unprocessableContent, code: "unprocessable", message: message)
    default:
      // What went wrong with a file is for the operator's log and no caller's business.
      self = .unavailable("the log cannot be read or written; see the service's own log")
    }
  }

  init(_ refusal: Refusal) {
    let message = "\(refusal)"
    switch refusal.kind {
    case .notFound: self = .notFound(message)
    case .conflict: self.init(status: .conflict, code: "conflict", message: message)
    case .tooLate: self.init(status: .conflict, code: "too_late", message: message)
    case .unprocessable:
      self.init(status: .unprocessableContent, code: "unprocessable", message: message)
    }
  }

  var response: Response {
    let row = Row(["error": .text(code), "message": .text(message)])
    return .json(.object(row), status: status, headers: headers)
  }
}

extension Response {
  static func json(
    _ value: Value, status: HTTPResponse.Status = .ok, headers: HTTPFields = HTTPFields()
  ) -> Response {
    .text(JSONText.compact(value), type: "application/json", status: status, headers: headers)
  }

  static func text(
    _ text: String, type: String, status: HTTPResponse.Status = .ok,
    headers: HTTPFields = HTTPFields()
  ) -> Response {
    var headers = headers
    headers[.contentType] = type
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
