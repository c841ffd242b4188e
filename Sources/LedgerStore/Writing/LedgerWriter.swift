internal import Dispatch
internal import EventLog
internal import Foundation
package import Ledger

/// The writer of a data directory, for any number of callers: holds the lock, and one thread that
/// decides, appends and answers. All that arrives while a commit waits for the disk shares the
/// next one.
package final class LedgerWriter: Sendable {
  private let queue: WriterQueue
  package let statistics: WriterStatistics
  /// Turns credentials into facts.
  package let hasher: CredentialHasher
  package let directory: DataDirectory

  /// What opening put right; one line each.
  package let notes: [String]

  private struct Opened: Sendable {
    var notes: [String]
    var hasher: CredentialHasher
  }

  /// Takes the lock, recovers the log and catches up the projection.
  package init(_ directory: DataDirectory, options: WriterOptions) throws(StoreError) {
    _ = try directory.readVerifierKey()
    let opened = Waiting<Result<Opened, StoreError>>()
    let (queue, statistics) = (WriterQueue(depth: options.queueDepth), WriterStatistics())
    let thread = Thread {
      do throws(StoreError) {
        let lock: DirectoryLock
        do throws(LogError) {
          lock = try DirectoryLock(path: directory.lock, program: options.program)
        } catch { throw StoreError.log(error) }
        let catchUp = try CatchUp(directory)
        let book = try Book(
          directory, catchUp: catchUp, options: options, statistics: statistics)
        guard let hasher = book.sealer.credentialHasher() else {
          throw StoreError.invalid("the vault has no key for tags")
        }
        opened.fulfil(
          .success(Opened(notes: catchUp.notes + book.recovery.lines, hasher: hasher)))
        var loop = WriterLoop(queue, options)
        loop.run(lock, book)
      } catch {
        opened.fulfil(.failure(error))
      }
    }
    thread.name = "ledger-writer"
    thread.stackSize = 8 << 20
    thread.start()
    let result = try opened.wait().get()
    self.queue = queue
    self.statistics = statistics
    self.directory = directory
    notes = result.notes
    hasher = result.hasher
  }

  /// `program` is what another writer is told.
  package convenience init(
    _ directory: DataDirectory, program: String, acceptClock: Bool = false
  ) throws(StoreError) {
    var options = WriterOptions(program: program)
    options.acceptClock = acceptClock
    try self.init(directory, options: options)
  }

  /// Requests that wait now.
  package var queueDepth: Int { queue.waitingRequests }

  /// Decides in order and answers when everything is durable.
  package func perform(
    _ proposals: [Proposal]
  ) throws(StoreError) -> [Result<Receipt, Refusal>] {
    let answer = Waiting<Result<[Result<Receipt, Refusal>], StoreError>>()
    submit(proposals) { answer.fulfil($0) }
    return try answer.wait().get()
  }

  /// One proposal whose refusal is an error.
  package func perform(_ proposal: Proposal) throws(StoreError) -> Receipt {
    guard let outcome = try perform([proposal]).first else { throw .invalid("no outcome") }
    do throws(Refusal) { return try outcome.get() } catch { throw .refused(error) }
  }

  package func submit(
    _ proposals: [Proposal],
    reply: @escaping @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void
  ) {
    queue.append(.proposals(proposals, reply))
  }

  /// As `perform`, for callers that may not block.
  package func perform(_ proposal: Proposal) async throws(StoreError) -> Receipt {
    let result = await withCheckedContinuation { continuation in
      submit([proposal]) { continuation.resume(returning: $0) }
    }
    guard let outcome = try result.get().first else { throw .invalid("no outcome") }
    do throws(Refusal) { return try outcome.get() } catch { throw .refused(error) }
  }

  /// Decides a request. The reply comes on the writer's thread, when the decision is durable, or at
  /// once where too many wait.
  package func submit(
    _ request: RequestProposal,
    reply: @escaping @Sendable (Result<RequestOutcome, RequestFailure>) -> Void
  ) {
    if !queue.append(request, reply) { reply(.failure(.overloaded)) }
  }

  package func decide(
    _ request: RequestProposal
  ) async -> Result<RequestOutcome, RequestFailure> {
    await withCheckedContinuation { continuation in
      submit(request) { continuation.resume(returning: $0) }
    }
  }

  /// Runs `body` on the writer's thread, between commits.
  package func withBook<T: Sendable>(
    _ body: @escaping @Sendable (inout Book) throws(StoreError) -> T
  ) throws(StoreError) -> T {
    let answer = Waiting<Result<T, StoreError>>()
    submit(body) { answer.fulfil($0) }
    return try answer.wait().get()
  }

  /// As `withBook`, for callers that may not block.
  package func read<T: Sendable>(
    _ body: @escaping @Sendable (LedgerState) -> T
  ) async throws(StoreError) -> T {
    let result = await withCheckedContinuation { continuation in
      submit({ book throws(StoreError) in body(book.state) }) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }

  /// How far the time of records is ahead of the wall clock, in seconds.
  package func secondsAhead() async throws(StoreError) -> Int64 {
    let result = await withCheckedContinuation { continuation in
      submit({ book throws(StoreError) in book.secondsAhead() }) {
        continuation.resume(returning: $0)
      }
    }
    return try result.get()
  }

  private func submit<T: Sendable>(
    _ body: @escaping @Sendable (inout Book) throws(StoreError) -> T,
    reply: @escaping @Sendable (Result<T, StoreError>) -> Void
  ) {
    let isThere = queue.append(
      .book { book in
        do throws(StoreError) { reply(.success(try body(&book))) } catch { reply(.failure(error)) }
      })
    if !isThere { reply(.failure(.closed)) }
  }

  /// Drains the queue, says `log.stopped`, signs, frees the lock. Nothing can be submitted after.
  ///
  /// - Returns: what housekeeping could not do; the next writer tries it again.
  @discardableResult
  package func close() throws(StoreError) -> [String] {
    let answer = Waiting<Result<[String], StoreError>>()
    queue.append(.close { answer.fulfil($0) })
    return try answer.wait().get()
  }
}
