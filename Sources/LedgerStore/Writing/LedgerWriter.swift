internal import Dispatch
internal import EventLog
internal import Foundation
package import Ledger
internal import Synchronization

/// The writer of a data directory, for any number of callers: holds the lock, and one thread that
/// decides, appends and answers. All that arrives while a commit waits for the disk shares the
/// next one.
package final class LedgerWriter: Sendable {
  /// A command in the queue, with who waits for it.
  private struct Submission: Sendable {
    var proposals: [Proposal]
    var reply: @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void
  }

  private enum Work: Sendable {
    case submission(Submission)
    case book(@Sendable (inout Book) -> Void)
    case close(@Sendable (Result<[String], StoreError>) -> Void)
  }

  private final class WorkQueue: Sendable {
    private let works = Mutex<[Work]>([])

    func append(_ work: Work) { works.withLock { $0.append(work) } }

    func takeAll() -> [Work] {
      works.withLock { works in
        defer { works.removeAll(keepingCapacity: true) }
        return works
      }
    }
  }

  private let queue = WorkQueue()
  private let arrived = DispatchSemaphore(value: 0)

  /// What opening put right; one line each.
  package let notes: [String]

  /// Takes the lock, recovers the log and catches up the projection. `program` is what another
  /// writer is told.
  package init(
    _ directory: DataDirectory, program: String, acceptClock: Bool = false
  ) throws(StoreError) {
    _ = try directory.readVerifierKey()
    let opened = Waiting<Result<[String], StoreError>>()
    let (queue, arrived) = (queue, arrived)
    let thread = Thread {
      do throws(StoreError) {
        let lock: DirectoryLock
        do throws(LogError) {
          lock = try DirectoryLock(path: directory.lock, program: program)
        } catch { throw StoreError.log(error) }
        let catchUp = try CatchUp(directory)
        let book = try Book(directory, catchUp: catchUp, acceptClock: acceptClock)
        opened.fulfil(.success(catchUp.notes + book.recovery.lines))
        LedgerWriter.run(lock, book, queue, arrived)
      } catch {
        opened.fulfil(.failure(error))
      }
    }
    thread.name = "ledger-writer"
    thread.stackSize = 8 << 20
    thread.start()
    notes = try opened.wait().get()
  }

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
    enqueue(.submission(Submission(proposals: proposals, reply: reply)))
  }

  /// Runs `body` on the writer's thread, between commits.
  package func withBook<T: Sendable>(
    _ body: @escaping @Sendable (inout Book) throws(StoreError) -> T
  ) throws(StoreError) -> T {
    let answer = Waiting<Result<T, StoreError>>()
    enqueue(
      .book { book in
        do throws(StoreError) { answer.fulfil(.success(try body(&book))) } catch {
          answer.fulfil(.failure(error))
        }
      })
    return try answer.wait().get()
  }

  /// Drains the queue, says `log.stopped`, signs, frees the lock. Nothing can be submitted after.
  ///
  /// - Returns: what housekeeping could not do; the next writer tries it again.
  @discardableResult
  package func close() throws(StoreError) -> [String] {
    let answer = Waiting<Result<[String], StoreError>>()
    enqueue(.close { answer.fulfil($0) })
    return try answer.wait().get()
  }

  private func enqueue(_ work: Work) {
    queue.append(work)
    arrived.signal()
  }

  /// The thread's life. The book is dropped, and its files closed, before the lock is freed and the
  /// closer told.
  private static func run(
    _ lock: consuming DirectoryLock, _ book: consuming Book, _ queue: WorkQueue,
    _ arrived: DispatchSemaphore
  ) {
    while true {
      arrived.wait()
      var gathered: [Submission] = []
      for work in queue.takeAll() {
        switch work {
        case .submission(let submission): gathered.append(submission)
        case .book(let body):
          commit(&gathered, &book)
          body(&book)
        case .close(let reply):
          commit(&gathered, &book)
          let result: Result<[String], StoreError>
          do throws(StoreError) {
            result = .success(try book.close())
          } catch { result = .failure(error) }
          end(book, lock)
          reply(result)
          return
        }
      }
      commit(&gathered, &book)
    }
  }

  /// Closes the files, then frees the lock.
  private static func end(_ book: consuming Book, _ lock: consuming DirectoryLock) {
    drop(book)
    _ = lock
  }

  private static func drop(_ book: consuming Book) { _ = book }

  private static func commit(_ gathered: inout [Submission], _ book: inout Book) {
    guard !gathered.isEmpty else { return }
    defer { gathered.removeAll(keepingCapacity: true) }
    do throws(StoreError) {
      let outcomes = try book.commit(gathered.flatMap(\.proposals))
      var at = 0
      for submission in gathered {
        let end = at + submission.proposals.count
        submission.reply(.success(Array(outcomes[at..<end])))
        at = end
      }
    } catch {
      for submission in gathered { submission.reply(.failure(error)) }
    }
  }
}

/// An answer that one thread waits for and another gives, once.
final class Waiting<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let arrived = DispatchSemaphore(value: 0)

  func fulfil(_ answer: Value) {
    value.withLock { $0 = answer }
    arrived.signal()
  }

  func wait() -> Value {
    while true {
      arrived.wait()
      if let answer = value.withLock({ $0 }) { return answer }
    }
  }
}
