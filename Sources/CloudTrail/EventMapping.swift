/// Why a JSON value is no event that can be recorded.
enum EventProblem: Error {
  case notCloudTrail
  case missing(StaticString)
  case badTime
  case json(JSONProblem)

  var description: String {
    switch self {
    case .notCloudTrail: "not CloudTrail: no eventID, eventSource or eventName"
    case .missing(let name): "\(name) is missing"
    case .badTime: "the event's time is not an RFC 3339 time"
    case .json(let problem): problem.description
    }
  }
}

extension CloudTrailEvent {
  /// Maps a JSON value by the rules of the import.
  init(_ record: JSONValue) throws(EventProblem) {
    let insight = record["insightDetails"]
    let id = record["eventID"]?.string
    let source = record["eventSource"]?.string ?? insight?["eventSource"]?.string
    let name = record["eventName"]?.string ?? insight?["eventName"]?.string
    if id == nil && source == nil && name == nil { throw .notCloudTrail }
    guard let id else { throw .missing("eventID") }
    guard let source else { throw .missing("eventSource") }
    guard let name else { throw .missing("eventName") }
    let happened = try CloudTrailEvent.time(record)
    let caller = Caller(record)
    let errorCode = record["errorCode"]?.string
    let isFailedLogin =
      name == "ConsoleLogin" && record["responseElements"]?["ConsoleLogin"]?.string == "Failure"

    self.id = id
    self.happened = happened
    organization = caller.organization
    user = caller.user
    key = caller.key
    operation = "\(source):\(name)"
    requestType = RequestType(eventType: record["eventType"]?.string)
    outcome = Outcome(errorCode: errorCode, isFailedLogin: isFailedLogin)
    self.errorCode = errorCode
    clientAddress = record["sourceIPAddress"]?.string
    userAgent = record["userAgent"]?.string
    change =
      errorCode == nil && record["errorMessage"]?.string == nil
      ? KeyChange(record, eventName: name, caller: caller, happened: happened) : nil
    do {
      canonical = try CanonicalJSON.event(record.text, happened: happened)
    } catch {
      throw .json(error)
    }
  }

  /// Some pipelines export the time as `@timestamp`.
  private static func time(_ record: JSONValue) throws(EventProblem) -> Int64 {
    guard let text = record["eventTime"]?.string ?? record["@timestamp"]?.string else {
      throw .missing("eventTime")
    }
    guard let happened = EventTime.rfc3339(text) else { throw .badTime }
    return happened
  }
}
