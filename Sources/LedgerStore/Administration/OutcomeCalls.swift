internal import EventLog
internal import Ledger
internal import Synchronization

/// Outcomes of tasks.
extension Administration {
  func report(_ body: OutcomeReport) throws(StoreError) -> PreparedCall {
    let recorded = try body.sequence.map { sequence throws(StoreError) in
      try decisions.event(at: sequence)
    }
    let hasher = writer.hasher
    return PreparedCall { state, _, _ in
      if let refusal = state.checkName(body.task, of: "a task's id") { return .failure(refusal) }
      let user: UserOrdinal
      switch self.user(body.user, in: state) {
      case .failure(let refusal): return .failure(refusal)
      case .success(let found): user = found
      }
      guard let task = hasher.task(body.task) else {
        return .failure(.invalid("a keyed hash of a wrong size"))
      }
      var decision: ReportedDecision?
      if let sequence = body.sequence.map({ SequenceNumber($0) }) {
        guard let event = recorded ?? nil, case .requestDecided(let request) = event.body,
          let decided = state.subject(of: request)?.user
        else { return .failure(.unrelatedDecision(sequence)) }
        decision = ReportedDecision(
          sequence: sequence, user: decided, charged: request.charged, recorded: event.recorded)
      }
      return .success(
        .reportTask(
          TaskOutcome(
            user: user, task: task, succeeded: body.outcome == .succeeded, decision: decision,
            earlier: nil)))
    } excuse: { refusal in
      guard case .repeatedReport(let sequence) = refusal else { return nil }
      return .answer(AdministrationAnswer(Row(["sequence": Value(sequence.value)])))
    } tell: { receipt in
      let sequence = receipt.sequence { body in
        if case .taskReported = body { return true }
        return false
      }
      return .answer(AdministrationAnswer(Row(["sequence": Value(sequence ?? receipt.first)])))
    }
  }
}

/// Decisions of the past, read beside the writer in the records that are durable.
final class DecisionRecords: Sendable {
  private let directory: DataDirectory
  /// Kept, because it knows the places of blocks it has passed.
  private let log = Mutex<LogReader?>(nil)

  init(_ directory: DataDirectory) { self.directory = directory }

  /// `nil` beyond the end of the log.
  func event(at sequence: UInt64) throws(StoreError) -> Event? {
    let held = log.withLock { $0 }
    let reader = try StoreError.log { () throws(LogError) in
      guard var reader = held else {
        return try LogReader(directory: directory.log, durableSizePath: directory.durableSize)
      }
      if sequence >= reader.size { try reader.refresh() }
      return reader
    }
    log.withLock { $0 = reader }
    guard sequence < reader.size else { return nil }
    var event: Event?
    do {
      try reader.forEach(from: sequence, to: sequence + 1) { event = try Event(decoding: $1) }
    } catch let error as LogError {
      throw .log(error)
    } catch let error as WireError {
      throw .record(sequence: sequence, error)
    } catch {
      throw .invalid("\(error)")
    }
    return event
  }
}
