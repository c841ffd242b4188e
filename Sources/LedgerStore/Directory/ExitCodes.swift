internal import EventLog
internal import Glibc
internal import Ledger
internal import Secrets

/// What our programs end with.
package enum ExitCodes {
  package static let error: Int32 = 1
  package static let usage: Int32 = 2
  package static let tampered: Int32 = 3
  package static let notAuthorized: Int32 = 4
  package static let notFound: Int32 = 5
  package static let stale: Int32 = 6
  package static let incomplete: Int32 = 7
  package static let differences: Int32 = 10
}

extension StoreError {
  package var exitCode: Int32 {
    switch self {
    case _ where tellsTampering: ExitCodes.tampered
    case .refused(let refusal): Self.code(of: refusal.kind)
    case .notFound, .noSuchDirectory: ExitCodes.notFound
    case .invalid, .beyondLog: ExitCodes.usage
    case .file(let error): error.isPermission ? ExitCodes.notAuthorized : ExitCodes.error
    case .log(.io(let error)): Self.code(ofSystem: error.code)
    case .secrets(.io(_, _, let code)): Self.code(ofSystem: code)
    case .secrets(.missing), .namesSealed: ExitCodes.incomplete
    default: ExitCodes.error
    }
  }

  private static func code(of kind: RefusalKind) -> Int32 {
    switch kind {
    case .notFound: ExitCodes.notFound
    case .unprocessable: ExitCodes.usage
    case .conflict, .tooLate: ExitCodes.error
    }
  }

  private static func code(ofSystem code: Int32) -> Int32 {
    code == EACCES || code == EPERM || code == EROFS ? ExitCodes.notAuthorized : ExitCodes.error
  }
}
