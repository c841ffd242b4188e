internal import Hummingbird
internal import Ledger
internal import LedgerStore

/// The parameters of a question. Each is taken out as it is read; what is left over is a mistake.
struct Query {
  private var values: [String: [String]] = [:]

  init(_ query: String?) throws(APIError) {
    for pair in (query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Query.decode(parts[0]),
        let value = parts.count == 2 ? Query.decode(parts[1]) : ""
      else { throw .badRequest("the query is not percent-encoded UTF-8") }
      values[name, default: []].append(value)
    }
  }

  private static func decode(_ text: Substring) -> String? {
    PercentDecoding.decode(text.replacing("+", with: " "))
  }

  /// Every value of a parameter that may stand several times.
  mutating func all(_ name: String) -> [String] { values.removeValue(forKey: name) ?? [] }

  mutating func text(_ name: String) throws(APIError) -> String? {
    let all = all(name)
    guard all.count <= 1 else { throw .badRequest("\(name) stands twice") }
    return all.first
  }

  mutating func number(_ name: String) throws(APIError) -> UInt64? {
    guard let text = try text(name) else { return nil }
    guard let number = UInt64(text) else { throw .badRequest("\(name): expected a whole number") }
    return number
  }

  mutating func span(_ name: String) throws(APIError) -> Int64? {
    guard let text = try text(name) else { return nil }
    guard let span = Moment.Span(text) else {
      throw .badRequest("\(name): expected a span such as 30d")
    }
    return span.seconds
  }

  /// One of the names of an enumeration.
  mutating func choice<T: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ type: T.Type
  ) throws(APIError) -> T? {
    guard let text = try text(name) else { return nil }
    guard let value = T(rawValue: text) else {
      let names = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badRequest("\(name): expected one of \(names)")
    }
    return value
  }

  /// `asOf` and `logSize`.
  mutating func moment() throws(APIError) -> Moment {
    var moment = Moment.now
    if let text = try text("asOf") {
      guard let asked = Moment(text, now: RecordClock.wall) else {
        throw .badRequest("asOf: expected a time, a span or a log size")
      }
      moment = asked
    }
    if let size = try number("logSize") {
      guard moment.logSize == nil else {
        throw .badRequest("logSize goes with a time; asOf names a log size already")
      }
      moment.logSize = size
    }
    return moment
  }

  mutating func time(_ name: String) throws(APIError) -> Timestamp? {
    guard let text = try text(name) else { return nil }
    guard let time = Moment(text, now: RecordClock.wall)?.before else {
      throw .badRequest("\(name): expected a time or a span")
    }
    return time
  }

  /// Refuses what nobody has taken.
  func end() throws(APIError) {
    if let name = values.keys.min() { throw .badRequest("there is no parameter '\(name)'") }
  }
}
