internal import Dispatch
internal import EventLog
internal import Ledger
internal import Projection

/// The life of the writer's thread: takes what has arrived, commits it together, answers.
struct WriterLoop {
  private typealias Reply = @Sendable (Result<RequestOutcome, RequestFailure>) -> Void

  /// An answer that goes out when the commit is durable.
  private enum Owed {
    case receipts(
      [Result<Receipt, Refusal>],
      @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void)
    case failed(
      StoreError, @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void)
    case decision(RequestOutcome, Reply)
    case refused(Refusal, Reply)
  }

  private let queue: WriterQueue
  private let checkpointSeconds: Int?
  private var owed: [Owed] = []
  /// Answers that wait for the record that counts their requests.
  private var counted: [(outcome: RequestOutcome, reply: Reply)] = []
  private var countedSince: DispatchTime?
  private var nextCheckpoint: DispatchTime
  private var nextProjection = DispatchTime.distantFuture

  init(_ queue: WriterQueue, _ options: WriterOptions) {
    self.queue = queue
    checkpointSeconds = options.checkpointSeconds
    nextCheckpoint = .distantFuture
    if let seconds = checkpointSeconds { nextCheckpoint = .now() + .seconds(seconds) }
  }

  /// Ends with the work that closes the queue. The book is dropped, and its files closed, before
  /// the lock is freed and the closer told.
  mutating func run(_ lock: consuming DirectoryLock, _ book: consuming Book) {
    while true {
      let batch = queue.take(until: deadline)
      // One commit for all that is to be decided; whoever looks at the book looks at what it made.
      commit(batch.works.filter(\.isDecision), batch.overloaded, &book)
      for work in batch.works {
        switch work {
        case .book(let body): body(&book)
        case .close(let reply):
          let result: Result<[String], StoreError>
          do throws(StoreError) { result = .success(try book.close()) } catch {
            result = .failure(error)
          }
          answerCounted(result.failure)
          WriterLoop.end(book, lock)
          reply(result)
          return
        case .proposals, .request: continue
        }
      }
      signIfDue(&book)
      projectIfDue(&book, after: batch.works.count)
    }
  }

  private var deadline: DispatchTime {
    let next = min(nextCheckpoint, nextProjection)
    guard let countedSince else { return next }
    return min(next, countedSince + .microseconds(Int(Flood.interval)))
  }

  /// So long the projection may be behind while little happens; under load `Book` writes it by
  /// the number of records.
  private static let projectionDelay = DispatchTimeInterval.seconds(1)
  /// Works in one batch up to which a moment for the projection is found.
  private static let littleWork = 32

  private mutating func projectIfDue(_ book: inout Book, after works: Int) {
    guard book.projector.count > 0 else {
      nextProjection = .distantFuture
      return
    }
    if nextProjection == .distantFuture { nextProjection = .now() + Self.projectionDelay }
    guard works <= Self.littleWork, DispatchTime.now() >= nextProjection else { return }
    nextProjection = .now() + Self.projectionDelay
    book.keep { book throws(StoreError) in try book.project() }
    if book.projector.count == 0 { nextProjection = .distantFuture }
  }

  private mutating func commit(
    _ works: [WriterQueue.Work], _ overloaded: [ProfileOrdinal: UInt64],
    _ book: inout Book
  ) {
    guard !works.isEmpty || !overloaded.isEmpty || countedSince != nil else { return }
    do throws(StoreError) {
      try decide(works, overloaded, &book)
      for entry in owed {
        switch entry {
        case .receipts(let receipts, let reply): reply(.success(receipts))
        case .failed(let error, let reply): reply(.failure(error))
        case .decision(let outcome, let reply): reply(.success(outcome))
        case .refused(let refusal, let reply): reply(.failure(.notRecorded(.refused(refusal))))
        }
      }
      owed.removeAll(keepingCapacity: true)
      if book.flood.isEmpty { answerCounted(nil) }
    } catch {
      owed.removeAll()
      for work in works { work.fail(error) }
      answerCounted(error)
    }
  }

  private mutating func decide(
    _ works: [WriterQueue.Work], _ overloaded: [ProfileOrdinal: UInt64],
    _ book: inout Book
  ) throws(StoreError) {
    var decided: [Owed] = []
    var held: [(outcome: RequestOutcome, reply: Reply)] = []
    try book.commit { book, now throws(StoreError) in
      for (profile, count) in overloaded {
        book.flood.count(profile, .overloaded, count, at: now)
      }
      for work in works {
        switch work {
        case .proposals(let proposals, let reply):
          decided.append(try Self.decide(proposals, reply, &book, at: now))
        case .request(let request, let reply):
          switch try book.decide(request, at: now) {
          case .recorded(let outcome):
            // In a flood a key that nobody has waits for the shared record; one that does not work
            // waits with it, so that the time tells nothing.
            if outcome.answer.reason.isAuthenticated || book.flood.isEmpty {
              decided.append(.decision(outcome, reply))
            } else {
              held.append((outcome, reply))
            }
          case .counted(let outcome): held.append((outcome, reply))
          case .refused(let refusal): decided.append(.refused(refusal, reply))
          }
        case .book, .close: continue
        }
      }
    }
    owed = decided
    counted += held
    if book.flood.isEmpty { return }
    countedSince = countedSince ?? .now()
  }

  /// A proposal that cannot be resolved, because SQLite cannot be read say, ends its own
  /// submission: it was not folded, those before it were and are durable, those after it are not
  /// decided.
  private static func decide(
    _ proposals: [Proposal],
    _ reply: @escaping @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void,
    _ book: inout Book, at now: Timestamp
  ) throws(StoreError) -> Owed {
    var receipts: [Result<Receipt, Refusal>] = []
    for proposal in proposals {
      let resolved: Result<Command, Refusal>
      do throws(StoreError) { resolved = try book.resolve(proposal, at: now) } catch {
        return .failed(error, reply)
      }
      switch resolved {
      case .failure(let refusal): receipts.append(.failure(refusal))
      case .success(let command):
        receipts.append(try book.decide(command, by: proposal.actor, at: now))
      }
    }
    return .receipts(receipts, reply)
  }

  private mutating func answerCounted(_ failure: StoreError?) {
    for entry in counted {
      if let failure {
        entry.reply(.failure(.notRecorded(failure)))
      } else {
        entry.reply(.success(entry.outcome))
      }
    }
    counted.removeAll()
    countedSince = nil
  }

  private mutating func signIfDue(_ book: inout Book) {
    guard let checkpointSeconds, DispatchTime.now() >= nextCheckpoint else { return }
    nextCheckpoint = .now() + .seconds(checkpointSeconds)
    if book.signedSize < book.logSize {
      book.keep { book throws(StoreError) in try book.signCheckpoint() }
    }
  }

  /// Closes the files, then frees the lock.
  private static func end(_ book: consuming Book, _ lock: consuming DirectoryLock) {
    drop(book)
    _ = lock
  }

  private static func drop(_ book: consuming Book) { _ = book }
}

extension WriterQueue.Work {
  /// A part of a commit.
  fileprivate var isDecision: Bool {
    switch self {
    case .proposals, .request: true
    case .book, .close: false
    }
  }

  fileprivate func fail(_ error: StoreError) {
    switch self {
    case .proposals(_, let reply): reply(.failure(error))
    case .request(_, let reply): reply(.failure(.notRecorded(error)))
    case .book, .close: return
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { return error }
    return nil
  }
}
