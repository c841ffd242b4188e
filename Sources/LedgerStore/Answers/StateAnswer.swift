internal import Ledger
internal import Transparency

extension LedgerReader {
  /// Everything at a moment, as one object.
  package func stateObject(at moment: Moment) throws(StoreError) -> Row {
    let answer = try state(at: moment)
    let state = answer.state
    var usage = UsageQuestion()
    usage.dimensions = [.organization, .decision]
    usage.moment = moment
    var asOf = Row()
    asOf.append("logSize", Value(answer.logSize))
    // The first no records were recorded at no time.
    asOf.append("time", answer.clock == .distantPast ? .null : .time(answer.clock))
    asOf.append("timeFrom", .text(answer.clockSource.rawValue))
    var row = Row()
    row.append("asOf", .object(asOf))
    row.append("organizations", .list(organizations(in: answer).map { .object($0) }))
    row.append("users", .list(users(in: answer).map { .object($0) }))
    row.append("keys", .list(keys(KeyFilter(), in: answer).map { .object($0) }))
    row.append("limits", .list(limits(in: answer).map { .object($0) }))
    row.append("blocks", .list(blocks(in: answer).map { .object($0) }))
    row.append("credits", .list(credits(in: answer).map { .object($0) }))
    row.append("usage", .list(try self.usage(usage).rows.map { .object($0) }))
    row.append("digest", .text(try StateDigest.of(state).hex))
    return row
  }
}
