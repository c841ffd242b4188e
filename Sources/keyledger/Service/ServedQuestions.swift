internal import Ledger
internal import LedgerStore

/// A question as a service is asked it: names and values, those without a value left out.
typealias QueryValues = KeyValuePairs<String, String?>

/// Questions to the service that `--server` names, instead of to the files.
extension DataOption {
  /// The answer; `nil` where the files are to be read.
  func asked(
    _ path: String, _ query: QueryValues = [:], _ more: [(String, String)] = []
  ) throws -> Row? {
    guard server != nil, let service = try service() else { return nil }
    return try service.ask(
      path, query.compactMap { name, value in value.map { (name, $0) } } + more)
  }

  /// The items of a list as of a moment; `nil` where the files are to be read.
  func askedItems(
    _ path: String, _ asOf: AsOfOptions, _ query: QueryValues = [:]
  ) throws -> [Row]? {
    guard let answer = try asked(path, query, try asOf.query()) else { return nil }
    if case .text(let time)? = answer["time"], case .number(let size)? = answer["logSize"] {
      StandardError.note("as of \(time), of \(size) records")
    }
    return answer.items
  }
}

extension Row {
  /// The rows of a list's answer.
  var items: [Row] {
    guard case .list(let values)? = self["items"] else { return [] }
    return values.compactMap { value in
      if case .object(let row) = value { return row }
      return nil
    }
  }
}

extension AsOfOptions {
  /// As a service is asked. A span was counted from now when it was typed.
  ///
  /// - Parameter known: the log size that counts, where an answer has told it already.
  func query(at known: UInt64? = nil) throws -> [(String, String)] {
    let moment = try moment()
    let size = (known ?? moment.logSize).map { String($0) }
    guard let before = moment.before else { return size.map { [("asOf", $0)] } ?? [] }
    return [("asOf", before.rfc3339)] + (size.map { [("logSize", $0)] } ?? [])
  }
}

/// The trail, asked page by page at one log size.
struct ServedTrail {
  private static let pageEvents = 1_000

  let data: DataOption
  let filter: TrailOptions
  let asOf: AsOfOptions

  /// - Returns: whether there are more than `limit`; `nil` where the files are to be read.
  func forEach(limit: Int, _ body: (Row) throws -> Void) throws -> Bool? {
    var (moment, left) = (try asOf.query(), limit)
    var after: Int64?
    while true {
      let page = [("limit", String(min(left, Self.pageEvents)))]
      let start = after.map { [("after", String($0))] } ?? []
      guard
        let answer = try data.asked(
          "/v1/events", [:], try filter.query() + moment + page + start)
      else { return nil }
      for row in answer.items { try body(row) }
      left -= answer.items.count
      guard case .number(let next)? = answer["next"] else { return false }
      if left <= 0 { return true }
      after = next
      if case .number(let size)? = answer["logSize"] {
        moment = try asOf.query(at: UInt64(clamping: size))
      }
    }
  }
}

extension TrailOptions {
  func query() throws -> [(String, String)] {
    let (since, until) = try range.times()
    let values: QueryValues = [
      "org": org, "user": user, "key": key, "operation": operation, "client": client,
      "decision": decision?.rawValue, "reason": reason, "since": since?.rfc3339,
      "until": until?.rfc3339,
    ]
    return values.compactMap { name, value in value.map { (name, $0) } }
      + type.map { ("type", $0) }
  }
}
