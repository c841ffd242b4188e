package import EventLog
package import Ledger
package import Projection
package import Secrets

/// Why the store cannot do what was asked: one clear line each. Mapped to an exit code or an HTTP
/// status once, at the edge.
package enum StoreError: Error, CustomStringConvertible {
  case noSuchDirectory(String)
  case notADataDirectory(String)
  case alreadyInitialized(String)
  case log(LogError)
  case secrets(SecretsError)
  case projection(ProjectionError)
  case file(FileError)
  /// A file of the store is not what it should be, and nothing says that somebody meant harm.
  case damaged(path: String, expected: String)
  case tampered(path: String, problem: String)
  /// A record does not decode: a newer version wrote it, or it is damaged.
  case record(sequence: UInt64, WireError)
  case refused(Refusal)
  case notFound(String)
  /// Somebody was named, and without the vault nobody can be found by a name.
  case namesSealed(String)
  case invalid(String)
  /// The machine's clock is before the last record.
  case clockBehind(seconds: Int64)
  case beyondLog(asked: UInt64, logSize: UInt64)
  /// The writer was closed before.
  case closed

  package var description: String {
    switch self {
    case .noSuchDirectory(let path): "\(path): no such directory; 'keyledger init' makes one"
    case .notADataDirectory(let path):
      "\(path) is not a keyledger data directory: it has no log/log.vkey"
    case .alreadyInitialized(let path): "\(path) is a data directory already; nothing was changed"
    case .log(let error): "\(error)"
    case .secrets(let error): "\(error)"
    case .projection(let error): "\(error)"
    case .file(let error): "\(error)"
    case .damaged(let path, let expected): "\(path): damaged; expected \(expected)"
    case .tampered(let path, let problem): "\(path): \(problem)"
    case .record(let sequence, let error): "record \(sequence): \(error)"
    case .refused(let refusal): "\(refusal)"
    case .notFound(let what): what
    case .namesSealed(let name):
      "'\(name)' cannot be looked up without the vault; ask for user:N or client:N"
    case .invalid(let what): what
    case .clockBehind(let seconds):
      "the clock is \(seconds) s behind the last record; set it, or pass --accept-clock"
    case .closed: "the log is closed; the service is stopping"
    case .beyondLog(let asked, let logSize): "the log has \(logSize) records, not \(asked)"
    }
  }

  /// What was written is not what is there, or was never written by us.
  package var tellsTampering: Bool {
    switch self {
    case .tampered, .damaged, .log(.corrupt), .log(.loss): true
    default: false
    }
  }

  /// Runs what fails in another part's terms.
  static func log<T: ~Copyable>(_ body: () throws(LogError) -> T) throws(StoreError) -> T {
    do throws(LogError) { return try body() } catch { throw .log(error) }
  }

  static func secrets<T: ~Copyable>(_ body: () throws(SecretsError) -> T) throws(StoreError) -> T {
    do throws(SecretsError) { return try body() } catch { throw .secrets(error) }
  }

  static func projection<T: ~Copyable>(_ body: () throws(ProjectionError) -> T) throws(StoreError)
    -> T
  {
    do throws(ProjectionError) { return try body() } catch { throw .projection(error) }
  }

  static func file<T: ~Copyable>(_ body: () throws(FileError) -> T) throws(StoreError) -> T {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }
}
