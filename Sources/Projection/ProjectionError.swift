internal import GRDB

/// Why the projection cannot be used. It is disposable: `keyledger rebuild` makes it anew.
package enum ProjectionError: Error, CustomStringConvertible {
  case database(path: String, problem: String)

  package var description: String {
    switch self {
    case .database(let path, let problem): "\(path): \(problem)"
    }
  }

  /// Runs `body`; whatever SQLite says names the file.
  static func naming<T>(_ path: String, _ body: () throws -> T) throws(ProjectionError) -> T {
    do { return try body() } catch let error as DatabaseError {
      throw .database(path: path, problem: error.message ?? "\(error.resultCode)")
    } catch { throw .database(path: path, problem: "\(error)") }
  }
}
