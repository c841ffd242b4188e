internal import GRDB

/// Why the projection cannot be used. It is disposable: `keyledger rebuild` makes it anew.
package enum ProjectionError: Error, CustomStringConvertible {
  /// SQLite could not read or write it: a full disk, no rights.
  case database(path: String, problem: String)
  /// The file is not a database as SQLite left it.
  case damaged(path: String, problem: String)

  package var description: String {
    switch self {
    case .database(let path, let problem), .damaged(let path, let problem): "\(path): \(problem)"
    }
  }

  /// Runs `body`; whatever SQLite says names the file.
  static func naming<T>(_ path: String, _ body: () throws -> T) throws(ProjectionError) -> T {
    do { return try body() } catch let error as DatabaseError {
      let problem = error.message ?? "\(error.resultCode)"
      switch error.resultCode.primaryResultCode {
      case .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED,
        .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_NOMEM:
        throw .database(path: path, problem: problem)
      default: throw .damaged(path: path, problem: problem)
      }
    } catch { throw .database(path: path, problem: "\(error)") }
  }
}
