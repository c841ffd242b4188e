internal import Ledger
internal import LedgerStore

/// A profile document, read and checked as a whole.
struct ProfileDocument {
  private(set) var name = ""
  private(set) var keyPrefix = ""
  private(set) var credentials = CredentialReader(places: [], tenantHeader: nil)
  private(set) var routes = RouteTable()
  private(set) var rules = ProfileRules(limits: [], costs: [], abuse: nil, operations: [])
  private(set) var answers: ProfileAnswers

  private static let known = [
    "name", "keyPrefix", "credentials", "operations", "public", "limits", "credits", "abuse",
    "tenant", "answers",
  ]

  init(_ bytes: [UInt8]) throws(ProfileError) {
    guard bytes.count <= ProfileLimits.documentBytes else {
      throw ProfileError(
        "", "expected at most \(ProfileLimits.documentBytes) bytes, found \(bytes.count)")
    }
    let json: JSONDocument
    do throws(JSONDocumentError) {
      json = try JSONDocumentReader.read(bytes)
    } catch {
      throw ProfileError(error.place(in: bytes), error.problem)
    }
    var check = ProfileCheck()
    guard let document = ProfileDocument(json, &check), check.problems.isEmpty else {
      throw ProfileError(problems: check.problems)
    }
    self = document
  }

  /// Nil comes with a problem; a problem does not make it nil.
  private init?(_ json: JSONDocument, _ check: inout ProfileCheck) {
    let root = ProfileField(path: "", value: json)
    guard let members = check.members(root, known: Self.known) else { return nil }
    name = check.required("name", of: members).flatMap { check.text($0, .name) } ?? ""
    keyPrefix =
      check.required("keyPrefix", of: members).flatMap { check.text($0, .keyPrefix) } ?? ""
    let places = check.required("credentials", of: members).map {
      CredentialPlace.read($0, &check)
    }
    if let field = members["operations"] { routes.readOperations(field, &check) }
    if let field = members["public"] { routes.readPublic(field, &check) }
    rules.operations = routes.names
    if let field = members["limits"] {
      rules.limits = RuleDeclarations.limits(field, operations: rules.operations, &check)
    }
    if let field = members["credits"] {
      rules.costs = RuleDeclarations.costs(field, operations: rules.operations, &check)
    }
    rules.abuse = members["abuse"].flatMap { RuleDeclarations.abuse($0, &check) }
    let tenant = members["tenant"].flatMap { Self.tenant($0, places ?? [], &check) }
    credentials = CredentialReader(places: places ?? [], tenantHeader: tenant)
    guard let field = check.required("answers", of: members),
      let answers = ProfileAnswers.read(
        field, hasCredits: members["credits"] != nil, hasAbuse: members["abuse"] != nil, &check)
    else { return nil }
    self.answers = answers
  }

  private static func tenant(
    _ field: ProfileField, _ places: [CredentialPlace], _ check: inout ProfileCheck
  ) -> String? {
    guard let members = check.members(field, known: ["header"]),
      let header = check.required("header", of: members),
      let name = check.text(header, .headerName)?.lowercased()
    else { return nil }
    let isTaken =
      name == "authorization" || name == "cookie" || places.contains { $0.header == name }
    if isTaken { check.report(header.path, "holds a credential, not an organization") }
    return name
  }
}

extension ProfileError {
  fileprivate init(_ path: String, _ problem: String) {
    problems = [ProfileProblem(path: path, problem: problem)]
  }
}
