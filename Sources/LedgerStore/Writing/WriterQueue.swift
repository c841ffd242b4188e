internal import Dispatch
internal import Ledger
internal import Synchronization

/// What waits for the writer's thread, in the order of arrival.
final class WriterQueue: Sendable {
  enum Work: Sendable {
    case proposals(
      [Proposal], @Sendable (Result<[Result<Receipt, Refusal>], StoreError>) -> Void)
    case request(
      RequestProposal, @Sendable (Result<RequestOutcome, RequestFailure>) -> Void)
    case book(@Sendable (inout Book) -> Void)
    case close(@Sendable (Result<[String], StoreError>) -> Void)

    /// For work that comes too late.
    func refuse() {
      switch self {
      case .proposals(_, let reply): reply(.failure(.closed))
      case .request(_, let reply): reply(.failure(.notRecorded(.closed)))
      case .book: return
      case .close(let reply): reply(.success([]))
      }
    }
  }

  /// Everything that has come since the last look.
  struct Batch: Sendable {
    var works: [Work] = []
    var requests = 0
    /// Requests that were turned away.
    var overloaded: [ProfileOrdinal: UInt64] = [:]
  }

  private struct Waiting: Sendable {
    var batch = Batch()
    var isClosed = false
  }

  private let depth: Int
  private let waiting = Mutex(Waiting())
  private let arrived = DispatchSemaphore(value: 0)

  init(depth: Int) { self.depth = depth }

  var waitingRequests: Int { waiting.withLock { $0.batch.requests } }

  /// False, and the work is refused where it can be, after the queue was closed.
  @discardableResult
  func append(_ work: Work) -> Bool {
    let (isOpen, wasEmpty) = waiting.withLock { waiting in
      guard !waiting.isClosed else { return (false, false) }
      waiting.batch.works.append(work)
      if case .close = work { waiting.isClosed = true }
      return (true, waiting.batch.works.count == 1)
    }
    guard isOpen else {
      work.refuse()
      return false
    }
    if wasEmpty { arrived.signal() }
    return true
  }

  /// False where too many requests wait; it is counted.
  func append(
    _ request: RequestProposal,
    _ reply: @escaping @Sendable (Result<RequestOutcome, RequestFailure>) -> Void
  ) -> Bool {
    let work = Work.request(request, reply)
    let (isTaken, isOpen, wakes) = waiting.withLock { waiting in
      guard !waiting.isClosed else { return (true, false, false) }
      guard waiting.batch.requests < depth else {
        waiting.batch.overloaded[request.facts.profile, default: 0] += 1
        return (false, true, false)
      }
      waiting.batch.works.append(work)
      waiting.batch.requests += 1
      return (true, true, waiting.batch.works.count == 1)
    }
    if !isOpen { work.refuse() }
    if wakes { arrived.signal() }
    return isTaken
  }

  /// Waits for work, at most until `deadline`.
  func take(until deadline: DispatchTime) -> Batch {
    _ = arrived.wait(timeout: deadline)
    return waiting.withLock { waiting in
      let batch = waiting.batch
      waiting.batch = Batch()
      waiting.batch.works.reserveCapacity(batch.works.count)
      return batch
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
