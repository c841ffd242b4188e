internal import HTTPTypes

/// A request as it came in over HTTP.
struct IncomingRequest: Sendable {
  var method: String
  var headers: HTTPFields
  /// The address of whoever opened the connection; `nil` on the control socket.
  var peer: String?
}

extension HTTPFields: HeaderLookup {
  package func values(_ name: String) -> [String] {
    guard let name = HTTPField.Name(name) else { return [] }
    return self[values: name]
  }
}
