internal import Ledger

/// Why a JSON value is no event that can be recorded.
enum EventProblem: Error {
  case notCloudTrail
  case missing(StaticString)
  case badTime
  /// With what the parser says, which mostly names the place.
  case notJSON(String)
  /// Arrays and objects; the limit.
  case tooMany(Int)

  var description: String {
    switch self {
    case .notCloudTrail: "not CloudTrail: no eventID, eventSource or eventName"
    case .missing(let name): "\(name) is missing"
    case .badTime: "the event's time is not an RFC 3339 time"
    case .notJSON(let told): "not JSON: \(told)"
    case .tooMany(let limit): "more than \(limit) arrays and objects"
    }
  }
}

extension CloudTrailEvent {
  /// Maps a JSON value by the rules of the import.
  init(_ value: Any) throws(EventProblem) {
    guard let record = value as? JSONObject else { throw .notCloudTrail }
    let insight = record.object("insightDetails")
    let id = record.string("eventID")
    let source = record.string("eventSource") ?? insight?.string("eventSource")
    let name = record.string("eventName") ?? insight?.string("eventName")
    if id == nil && source == nil && name == nil { throw .notCloudTrail }
    guard let id else { throw .missing("eventID") }
    guard let source else { throw .missing("eventSource") }
    guard let name else { throw .missing("eventName") }
    let happened = try CloudTrailEvent.time(record)
    let caller = Caller(record)
    let errorCode = record.string("errorCode")
    let isFailedLogin =
      name == "ConsoleLogin"
      && record.object("responseElements")?.string("ConsoleLogin") == "Failure"

    self.id = id
    self.happened = happened
    organization = caller.organization
    user = caller.user
    key = caller.key
    operation = "\(source):\(name)"
    requestType = RequestType(eventType: record.string("eventType"))
    outcome = Outcome(errorCode: errorCode, isFailedLogin: isFailedLogin)
    self.errorCode = errorCode
    clientAddress = record.string("sourceIPAddress")
    userAgent = record.string("userAgent")
    change =
      errorCode == nil && record.string("errorMessage") == nil
      ? KeyChange(record, eventName: name, caller: caller, happened: happened) : nil
    canonical = CanonicalJSON.event(record, happened: happened)
  }

  /// Some pipelines export the time as `@timestamp`.
  private static func time(_ record: JSONObject) throws(EventProblem) -> Timestamp {
    guard let text = record.string("eventTime") ?? record.string("@timestamp") else {
      throw .missing("eventTime")
    }
    guard let happened = EventTime.rfc3339(text) else { throw .badTime }
    return happened
  }
}
