internal import ArgumentParser
internal import Foundation
internal import LedgerStore

/// What the process ends with.
enum ExitStatus {
  /// The answer is out, and the code says the rest.
  case silent(Int32)
  case failure(Int32, String)
  /// The parser's own: help, version, completions, wrong usage.
  case parser

  static let error = ExitCodes.error
  static let usage = ExitCodes.usage
  static let tampered = ExitCodes.tampered
  static let notAuthorized = ExitCodes.notAuthorized
  static let notFound = ExitCodes.notFound
  static let stale = ExitCodes.stale
  static let incomplete = ExitCodes.incomplete
  static let differences = ExitCodes.differences

  init(of error: any Error) {
    switch error {
    case let error as StoreError: self = .failure(error.exitCode, "\(error)")
    case let error as Failure: self = .failure(error.code, error.line)
    case let code as ExitCode: self = .silent(code.rawValue)
    case let error as OutputError:
      // Whoever reads us has had enough (`keyledger events | head`): no error of ours.
      self = error.isBrokenPipe ? .silent(0) : .failure(Self.error, "\(error)")
    default: self = .parser
    }
  }
}

/// A command's own failure: a code and one line.
struct Failure: Error {
  var code: Int32
  var line: String

  static func usage(_ line: String) -> Failure { Failure(code: ExitStatus.usage, line: line) }
  static func notFound(_ line: String) -> Failure {
    Failure(code: ExitStatus.notFound, line: line)
  }
}
