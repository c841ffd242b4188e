/// One thing wrong with a profile document.
package struct ProfileProblem: Hashable, Sendable, CustomStringConvertible {
  /// Where in the document, such as `limits[0].seconds`; `line 3, column 7` where the text is not
  /// JSON; empty for the whole document.
  package let path: String
  package let problem: String

  package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

/// Why a document is no profile: every problem found, in the order of the checks.
package struct ProfileError: Error, CustomStringConvertible {
  package let problems: [ProfileProblem]

  package var description: String { problems.map(\.description).joined(separator: "\n") }
}
