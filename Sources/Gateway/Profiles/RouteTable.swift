/// What a request is to a profile.
package enum RouteMatch: Hashable, Sendable {
  case operation(String)
  /// Needs no credential. The operation is what the route would be otherwise.
  case `public`(String)
  /// Two servers could read the request as two things; nothing may be decided about it.
  case ambiguous(String)
}

/// The routes of a profile: which request is which operation, and which need no credential.
struct RouteTable: Sendable {
  /// What no route matches.
  static let otherOperation = "other"

  struct Route: Sendable {
    /// Nil: every method.
    let method: String?
    /// Nil: every path, and none (`OPTIONS *`).
    let pattern: RoutePattern?

    func matches(_ method: String, _ target: RouteTarget) -> Bool {
      if let own = self.method, own != method { return false }
      return pattern?.matches(target) ?? true
    }

    func covers(_ other: Route) -> Bool {
      if let method, method != other.method { return false }
      guard let pattern else { return true }
      return other.pattern.map(pattern.covers) ?? false
    }
  }

  private(set) var operations: [(name: String, route: Route)] = []
  private(set) var open: [Route] = []

  /// Every operation once, in the order of the document, then `other`.
  var names: [String] {
    var names: [String] = []
    for name in operations.map(\.name) + [Self.otherOperation] where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  func match(method: String, target: String) -> RouteMatch {
    // `get` is GET to some servers and nothing to others.
    guard ProfileText.isMethod(method.utf8) else { return .ambiguous("a method not in capitals") }
    let method = method == "HEAD" ? "GET" : method
    let path: RouteTarget
    do throws(RouteTarget.Ambiguity) {
      path = try RouteTarget(target)
    } catch {
      return .ambiguous(error.reason)
    }
    if path.isServer, method != "OPTIONS" { return .ambiguous("the target '*' is for OPTIONS") }
    let first = operations.first { $0.route.matches(method, path) }
    let operation = first?.name ?? Self.otherOperation
    return open.contains { $0.matches(method, path) } ? .public(operation) : .operation(operation)
  }
}

// From a document.
extension RouteTable {
  mutating func readOperations(_ field: ProfileField, _ check: inout ProfileCheck) {
    var before: [(path: String, route: Route)] = []
    for element in check.elements(field) ?? [] {
      guard let members = check.members(element, known: ["name", "method", "path"]) else {
        continue
      }
      let name = check.required("name", of: members).flatMap { check.text($0, .operation) }
      _ = check.required("path", of: members)
      guard let route = Self.route(members, &check) else { continue }
      if let first = before.first(where: { $0.route.covers(route) }) {
        check.report(element.path, "never matches, because \(first.path) matches first")
      }
      before.append((element.path, route))
      if let name { operations.append((name, route)) }
    }
  }

  mutating func readPublic(_ field: ProfileField, _ check: inout ProfileCheck) {
    for element in check.elements(field) ?? [] {
      guard let members = check.members(element, known: ["method", "path"]) else { continue }
      if members.fields.isEmpty {
        check.report(element.path, "expected a method, a path or both")
      }
      if let route = Self.route(members, &check) { open.append(route) }
    }
  }

  /// Nil if a part is wrong.
  private static func route(_ members: ProfileMembers, _ check: inout ProfileCheck) -> Route? {
    let method = members["method"].map { check.text($0, .method) }
    let path = members["path"].map { check.text($0, RoutePattern.text) }
    if case .some(.none) = method { return nil }
    if case .some(.none) = path { return nil }
    return Route(
      method: method.flatMap { $0 }, pattern: path.flatMap { $0 }.flatMap(RoutePattern.init))
  }
}
