internal import ArgumentParser
internal import EventLog
internal import Foundation
internal import Ledger
internal import LedgerStore
internal import Secrets

/// What the process ends with.
enum ExitStatus {
  /// The answer is out, and the code says the rest.
  case silent(Int32)
  case failure(Int32, String)
  /// The parser's own: help, version, completions, wrong usage.
  case parser

  static let error: Int32 = 1
  static let usage: Int32 = 2
  static let tampered: Int32 = 3
  static let notAuthorized: Int32 = 4
  static let notFound: Int32 = 5
  static let stale: Int32 = 6
  static let incomplete: Int32 = 7
  static let differences: Int32 = 10

  init(of error: any Error) {
    switch error {
    case let error as StoreError: self = .failure(Self.code(of: error), "\(error)")
    case let error as Failure: self = .failure(error.code, error.line)
    case let code as ExitCode: self = .silent(code.rawValue)
    case let error as OutputError:
      // Whoever reads us has had enough (`keyledger events | head`): no error of ours.
      self = error.isBrokenPipe ? .silent(0) : .failure(Self.error, "\(error)")
    default: self = .parser
    }
  }

  private static func code(of error: StoreError) -> Int32 {
    switch error {
    case _ where error.tellsTampering: tampered
    case .refused(let refusal): code(of: refusal.kind)
    case .notFound, .noSuchDirectory: notFound
    case .invalid, .beyondLog: usage
    case .file(let error): error.isPermission ? notAuthorized : Self.error
    case .log(.io(let error)): isPermission(error.code) ? notAuthorized : Self.error
    case .secrets(.io(_, _, let code)): isPermission(code) ? notAuthorized : Self.error
    case .secrets(.missing), .namesSealed: incomplete
    default: Self.error
    }
  }

  private static func code(of kind: RefusalKind) -> Int32 {
    switch kind {
    case .notFound: notFound
    case .unprocessable: usage
    case .conflict, .tooLate: error
    }
  }

  private static func isPermission(_ code: Int32) -> Bool {
    code == EACCES || code == EPERM || code == EROFS
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
