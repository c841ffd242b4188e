internal import EventLog
internal import Ledger
internal import Projection

/// Counts, and the log size they were computed at.
package struct UsageAnswer: Sendable {
  package var rows: [Row]
  package var logSize: UInt64
}

extension LedgerReader {
  /// Usage by what was asked, in the order of the dimensions' names, then of time. From the
  /// projection where it stands at the right size and the bounds are whole hours, else from the
  /// records themselves; the answers are the same.
  package func usage(_ question: UsageQuestion) throws(StoreError) -> UsageAnswer {
    let size = try logSize(at: question.moment)
    let state = try state(at: Moment(logSize: size)).state
    var groups = UsageGroups(question)
    if try !addProjected(question, size, &groups) {
      try forEachEvent(
        from: 0, to: size,
        where: { block in
          block.summary & UsageCell.summary != 0
            && question.overlaps(block.minHappened, block.maxHappened)
        }
      ) { _, event throws(StoreError) in
        guard question.covers(event.happened) else { return }
        UsageCell.forEach(of: event, in: state) { cell, count in
          groups.add(cell, at: event.happened.microseconds, count: count)
        }
      }
    }
    return UsageAnswer(rows: groups.rows(self, in: state), logSize: size)
  }

  private func addProjected(
    _ question: UsageQuestion, _ size: UInt64, _ groups: inout UsageGroups
  ) throws(StoreError) -> Bool {
    let bounds = [question.since, question.end].compactMap { $0 }
    guard !question.fromRecords, bounds.allSatisfy({ $0.microseconds % UsageCell.hour == 0 }),
      let database = try projection(at: size)
    else { return false }
    let first = question.since?.microseconds ?? .min
    let hours = first..<max(first, question.end?.microseconds ?? .max)
    var collected = groups
    do throws(ProjectionError) {
      let isThere = try database.usage(in: hours, at: size) { cell, count in
        collected.add(cell, at: cell.hour, count: count)
      }
      guard isThere else { return false }
    } catch {
      note("the projection was not used: \(error)")
      return false
    }
    groups = collected
    return true
  }
}

extension UsageQuestion {
  func covers(_ time: Timestamp) -> Bool {
    if let since, time < since { return false }
    if let end, time >= end { return false }
    return true
  }

  func overlaps(_ first: Int64, _ last: Int64) -> Bool {
    if let since, last < since.microseconds { return false }
    if let end, first >= end.microseconds { return false }
    return true
  }
}

/// Adds counts up by what was asked.
struct UsageGroups {
  /// The dimensions asked for; the others are `nil` in every group.
  private struct Group: Hashable {
    var period: Range<Int64>?
    var organization: OrganizationOrdinal?
    var user: UserOrdinal?
    var key: KeyOrdinal?
    var operation: OperationOrdinal?
    var decision: Decision?
    var reason: Reason?
    var source: HistorySource?
    var type: RequestType?
  }

  private struct Counts {
    var allowed: UInt64 = 0
    var refused: UInt64 = 0
  }

  private let question: UsageQuestion
  private let asked: Set<UsageQuestion.Dimension>
  private var groups: [Group: Counts] = [:]

  init(_ question: UsageQuestion) {
    self.question = question
    asked = Set(question.dimensions)
  }

  mutating func add(_ cell: UsageCell, at time: Int64, count: UInt64) {
    if let wanted = question.organization, cell.organization != wanted { return }
    if let wanted = question.user, cell.user != wanted { return }
    if let wanted = question.key, cell.key != wanted { return }
    if let wanted = question.operation, cell.operation != wanted { return }
    if let wanted = question.type, cell.type != wanted { return }
    var group = Group()
    group.period = question.period?.range(around: time)
    if asked.contains(.organization) { group.organization = cell.organization }
    if asked.contains(.user) { group.user = cell.user }
    if asked.contains(.key) { group.key = cell.key }
    if asked.contains(.operation) { group.operation = cell.operation }
    if asked.contains(.decision) { group.decision = Decision(cell.reason) }
    if asked.contains(.reason) { group.reason = cell.reason }
    if asked.contains(.source) { group.source = cell.source }
    if asked.contains(.type) { group.type = cell.type }
    var counts = groups[group] ?? Counts()
    if cell.reason == .allowed {
      counts.allowed = sum(counts.allowed, count)
    } else {
      counts.refused = sum(counts.refused, count)
    }
    groups[group] = counts
  }

  /// A record can claim any count.
  private func sum(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (sum, isTooMuch) = a.addingReportingOverflow(b)
    return isTooMuch ? .max : sum
  }

  func rows(_ reader: LedgerReader, in state: LedgerState) -> [Row] {
    groups.map { group, counts in
      let labels = question.dimensions.map { label($0, group, reader, state) }
      return (labels: labels, start: group.period?.lowerBound ?? 0, group: group, counts: counts)
    }
    .sorted { a, b in
      for (x, y) in zip(a.labels, b.labels) {
        if bytesPrecede(x ?? "", y ?? "") { return true }
        if bytesPrecede(y ?? "", x ?? "") { return false }
      }
      return a.start < b.start
    }
    .map { line in
      var row = Row()
      for (dimension, label) in zip(question.dimensions, line.labels) {
        row.append(dimension.rawValue, Value(label))
      }
      let start = line.group.period.map { Timestamp(microseconds: $0.lowerBound) }
      let end = line.group.period.map { Timestamp(microseconds: $0.upperBound) }
      row.append("periodStart", time(start ?? question.since))
      row.append("periodEnd", time(end ?? question.end))
      row.append("allowed", Value(line.counts.allowed))
      row.append("refused", Value(line.counts.refused))
      row.append("count", Value(sum(line.counts.allowed, line.counts.refused)))
      return row
    }
  }

  private func time(_ time: Timestamp?) -> Value {
    guard let time, let offset = question.offset else { return Value(time) }
    return .zoned(time, offset: offset(time))
  }

  private func label(
    _ dimension: UsageQuestion.Dimension, _ group: Group, _ reader: LedgerReader,
    _ state: LedgerState
  ) -> String? {
    switch dimension {
    case .organization: group.organization.map { reader.names.organization($0, in: state) }
    case .user: group.user.map { reader.names.user($0, in: state) }
    case .key: group.key.map { reader.names.key($0, in: state) }
    case .operation: group.operation.map { reader.names.operation($0, in: state) }
    case .decision: group.decision?.rawValue
    case .reason: group.reason?.name
    case .source: group.source.map { $0 == .unspecified ? "live" : $0.name }
    case .type: group.type.map { $0 == .unspecified ? "request" : $0.name }
    }
  }
}
