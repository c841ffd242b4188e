internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import NIOPosix
internal import Synchronization

/// Answers questions from the files, as the command line does, on threads that may block. The last
/// state is kept, so that the next question folds only what is new.
final class ReadDesk: Sendable {
  private let directory: DataDirectory
  private let latest = Mutex<LedgerState?>(nil)

  init(_ directory: DataDirectory) { self.directory = directory }

  func ask<T: Sendable>(
    _ body: @escaping @Sendable (LedgerReader) throws -> T
  ) async throws -> T {
    try await NIOThreadPool.singleton.runIfActive { [self] in
      let reader = try LedgerReader(directory, base: latest.withLock { $0 })
      let answer = try body(reader)
      keep(reader.latestState)
      return answer
    }
  }

  private func keep(_ state: LedgerState?) {
    guard let state else { return }
    latest.withLock { held in
      if state.logSize > held?.logSize ?? 0 { held = state }
    }
  }
}
