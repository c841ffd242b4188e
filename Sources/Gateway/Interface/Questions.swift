internal import Ledger
internal import LedgerStore

/// What a question over HTTP comes to: a value, and the log size it was computed at.
struct ReadAnswer: Sendable {
  var value: Value
  var logSize: UInt64
}

/// A question, taken from a request and ready to be asked.
struct Question: Sendable {
  let ask: @Sendable (LedgerReader) throws -> ReadAnswer

  init(
    _ action: Endpoint.Action, segments: [String], _ query: inout Query
  ) throws(APIError) {
    switch action {
    case .organizations: self = try .entities(&query) { $0.organizations(in: $1) }
    case .users: self = try .users(&query)
    case .keys: self = try .keys(&query)
    case .showKey: self = try .key(segments[2], &query)
    case .limits: self = try .entities(&query) { $0.limits(in: $1) }
    case .blocks: self = try .entities(&query) { $0.blocks(in: $1) }
    case .credits: self = try .entities(&query) { $0.credits(in: $1) }
    case .listTokens: self = try .entities(&query) { $0.tokens(in: $1) }
    case .state: self = try .state(&query)
    case .usage: self = try .usage(&query)
    case .events: self = try .events(&query)
    case .explain: self = try .explain(segments[2], &query)
    default: throw .notFound("that is no question")
    }
    try query.end()
  }

  init(_ ask: @escaping @Sendable (LedgerReader) throws -> ReadAnswer) { self.ask = ask }

  /// A list as of a moment.
  private static func entities(
    _ query: inout Query,
    _ rows: @escaping @Sendable (LedgerReader, StateAtMoment) throws -> [Row]
  ) throws(APIError) -> Question {
    let moment = try query.moment()
    return Question { reader in
      let answer = try reader.state(at: moment)
      return list(try rows(reader, answer), answer)
    }
  }

  private static func list(_ rows: [Row], _ answer: StateAtMoment) -> ReadAnswer {
    let row = Row([
      "logSize": Value(answer.logSize),
      "time": answer.clock == .distantPast ? .null : .time(answer.clock),
      "items": .list(rows.map { .object($0) }),
    ])
    return ReadAnswer(value: .object(row), logSize: answer.logSize)
  }

  private static func users(_ query: inout Query) throws(APIError) -> Question {
    let org = try query.text("org")
    return try entities(&query) { reader, answer in
      let organization = try org.map { try reader.organization(named: $0, in: answer.state) }
      return reader.users(in: answer, of: organization)
    }
  }

  private static func keys(_ query: inout Query) throws(APIError) -> Question {
    let (org, user) = (try query.text("org"), try query.text("user"))
    let status = try query.choice("state", KeyStatus.self)
    let kind = try query.text("kind")
    let kinds: [String: KeyKind] = ["permanent": .permanent, "temporary": .temporary]
    guard kind == nil || kind.flatMap({ kinds[$0] }) != nil else {
      throw .badRequest("kind: expected permanent or temporary")
    }
    var filter = KeyFilter()
    filter.status = status
    filter.kind = kind.flatMap { kinds[$0] }
    filter.olderThan = try query.span("olderThan")
    filter.unusedSince = try query.span("unusedSince")
    filter.expiringWithin = try query.span("expiringWithin")
    let asked = filter
    return try entities(&query) { reader, answer in
      var filter = asked
      filter.organization = try org.map { try reader.organization(named: $0, in: answer.state) }
      filter.user = try user.map { try reader.user(named: $0, in: answer.state) }
      return reader.keys(filter, in: answer)
    }
  }

  private static func key(_ id: String, _ query: inout Query) throws(APIError) -> Question {
    let moment = try query.moment()
    return Question { reader in
      let answer = try reader.state(at: moment)
      let key = try reader.key(named: id, in: answer.state)
      guard answer.state.keyActivity[key.index].since != nil else {
        throw StoreError.notFound("there was no key '\(id)' then")
      }
      return ReadAnswer(
        value: .object(reader.keyDetail(key, in: answer)), logSize: answer.logSize)
    }
  }

  private static func state(_ query: inout Query) throws(APIError) -> Question {
    let moment = try query.moment()
    return Question { reader in
      let size = try reader.logSize(at: moment)
      return ReadAnswer(value: .object(try reader.stateObject(at: moment)), logSize: size)
    }
  }

  private static func explain(_ text: String, _ query: inout Query) throws(APIError) -> Question {
    guard let sequence = UInt64(text) else {
      throw .badRequest("expected the sequence of a record")
    }
    return Question { reader in
      ReadAnswer(value: .object(try reader.explain(sequence).row), logSize: reader.logSize)
    }
  }

  private static func usage(_ query: inout Query) throws(APIError) -> Question {
    var question = UsageQuestion()
    let names = (try query.text("by") ?? "").split(separator: ",").map { String($0) }
    for name in names {
      guard let dimension = UsageQuestion.Dimension(argument: name) else {
        let all = UsageQuestion.Dimension.allCases.map(\.rawValue).joined(separator: ", ")
        throw .badRequest("by: expected some of \(all)")
      }
      question.dimensions.append(dimension)
    }
    guard Set(question.dimensions).count == question.dimensions.count else {
      throw .badRequest("by: a dimension stands twice")
    }
    question.period = try query.choice("per", UsageQuestion.Period.self)
    question.since = try query.time("since")
    question.until = try query.time("until")
    question.moment = try query.moment()
    let (org, user) = (try query.text("org"), try query.text("user"))
    let (key, operation) = (try query.text("key"), try query.text("operation"))
    let asked = question
    return Question { reader in
      var question = asked
      let size = try reader.logSize(at: question.moment)
      let state = try reader.state(at: Moment(logSize: size)).state
      question.organization = try org.map { try reader.organization(named: $0, in: state) }
      question.user = try user.map { try reader.user(named: $0, in: state) }
      question.key = try key.map { try reader.key(named: $0, in: state) }
      question.operation = try operation.map { try reader.operation(named: $0, in: state) }
      let usage = try reader.usage(question)
      let row = Row([
        "logSize": Value(usage.logSize), "items": .list(usage.rows.map { .object($0) }),
      ])
      return ReadAnswer(value: .object(row), logSize: usage.logSize)
    }
  }
}
