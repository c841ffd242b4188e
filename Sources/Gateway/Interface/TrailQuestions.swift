internal import Ledger
internal import LedgerStore

extension Question {
  /// Events on a page at most: some hundred kilobytes of JSON.
  private static let largestPage: UInt64 = 1_000
  private static let usualPage: UInt64 = 100

  /// One page of the trail, at a log size that all pages of one reading share.
  static func events(_ query: inout Query) throws(APIError) -> Question {
    let request = try TrailRequest(&query)
    let moment = try query.moment()
    let after = try query.number("after")
    let limit = try query.number("limit") ?? usualPage
    guard (1...largestPage).contains(limit) else {
      throw .badRequest("limit: expected 1 to \(largestPage)")
    }
    return Question { reader in
      let size = try reader.logSize(at: moment)
      let first = min(after.map { $0 < .max ? $0 + 1 : $0 } ?? 0, size)
      var request = request
      if let before = moment.before {
        request.until = request.until.map { min($0, before) } ?? before
      }
      let rows = try reader.events(request, from: first, to: size, limit: Int(limit))
      var last: Value = .null
      if rows.isCut, let sequence = rows.rows.last?["sequence"] { last = sequence }
      let row = Row([
        "logSize": Value(size), "items": .list(rows.rows.map { .object($0) }), "next": last,
      ])
      return ReadAnswer(value: .object(row), logSize: size)
    }
  }
}

extension TrailRequest {
  init(_ query: inout Query) throws(APIError) {
    self.init()
    organization = try query.text("org")
    user = try query.text("user")
    key = try query.text("key")
    operation = try query.text("operation")
    client = try query.text("client")
    types = query.all("type")
    decision = try query.choice("decision", Decision.self)
    reason = try query.text("reason")
    since = try query.time("since")
    until = try query.time("until")
  }
}

extension LedgerReader {
  struct TrailPage {
    var rows: [Row]
    var isCut: Bool
  }

  func events(
    _ request: TrailRequest, from: UInt64, to size: UInt64, limit: Int = .max
  ) throws -> TrailPage {
    let state = try state(at: Moment(logSize: size)).state
    let filter = try request.filter(self, in: state)
    var rows: [Row] = []
    let isCut = try trail(filter, from: from, to: size, limit: limit, in: state) { rows.append($0) }
    return TrailPage(rows: rows, isCut: isCut)
  }
}
