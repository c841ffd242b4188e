import Ledger
import Testing

@Suite("Outcomes of tasks, and refunds")
struct OutcomeTests {
  var book = Book.open
  private static let day: Int64 = 86_400

  /// A charged request of `ana` at a moment; its sequence.
  private mutating func charged(at moment: Timestamp = time(0)) throws -> UInt64 {
    #expect(try book.ask(.of(key: "k1"), at: moment).charged == 1)
    return book.last
  }

  @Test("A failure that names its decision is refunded, and the refund names it, too")
  mutating func refund() throws {
    let decision = try charged()
    #expect(book.credits() == 999)
    let events = try book.report("t", decision: decision, at: time(1)).get()
    #expect(events.map(\.body.type) == [.taskReported, .creditsRefunded])
    #expect(
      events[1].body
        == .creditsRefunded(
          CreditsRefunded(user: UserOrdinal(0), amount: 1, decision: SequenceNumber(decision))))
    #expect(book.credits() == 1_000)
  }

  @Test("A success, and a failure that names nothing, are not refunded")
  mutating func noRefund() throws {
    let decision = try charged()
    book.report("good", succeeded: true, decision: decision, at: time(1))
    book.report("bad", at: time(1))
    #expect(book.credits() == 999)
    #expect(!book.types.contains(.creditsRefunded))
    // The decision can still be refunded to the task that failed.
    book.report("worse", decision: decision, at: time(1))
    #expect(book.credits() == 1_000)
  }

  @Test("What cost nothing, or was refused, is not refunded; the report is recorded")
  mutating func free() throws {
    #expect(try book.reason(.of("tasks.list", key: "k1"), at: time(0)) == .allowed)
    let free = book.last
    #expect(try book.passed(11, .of(key: "k1"), at: time(0)) == 10)
    let refused = book.last
    for (task, decision) in [("free", free), ("refused", refused)] {
      let events = try book.report(task, decision: decision, at: time(1)).get()
      #expect(events.map(\.body.type) == [.taskReported])
    }
    #expect(book.credits() == 990)
  }

  @Test("A decision is refunded once, whatever tasks name it")
  mutating func once() throws {
    let decision = try charged()
    for task in ["a", "b", "c"] {
      #expect(book.report(task, decision: decision, at: time(1)).isSuccess)
    }
    #expect(book.credits() == 1_000)
    #expect(book.types.count { $0 == .creditsRefunded } == 1)
    #expect(book.types.count { $0 == .taskReported } == 3)
  }

  @Test("Within a day, to the microsecond; later the report itself is refused")
  mutating func tooLate() throws {
    let (one, other) = (try charged(at: time(0, 7)), try charged(at: time(0, 7)))
    #expect(book.report("in time", decision: one, at: time(Self.day, 6)).isSuccess)
    #expect(book.credits() == 999)
    let size = book.events.count
    for moment in [time(Self.day, 7), time(Self.day * 400), .distantFuture] {
      #expect(
        book.report("late", decision: other, at: moment)
          == .failure(.tooLate(SequenceNumber(other))))
    }
    #expect(book.events.count == size)
    // A success is never too late, and a failure without a claim neither.
    #expect(book.report("good", succeeded: true, decision: other, at: time(Self.day, 7)).isSuccess)
    #expect(book.report("late", at: time(Self.day, 7)).isSuccess)
    #expect(book.credits() == 999)
  }

  @Test("A repeat answers the first report, also where it names less or another decision")
  mutating func repeated() throws {
    let (one, other) = (try charged(), try charged())
    book.report("t", decision: one, at: time(1))
    let first = SequenceNumber(book.last - 1)
    let size = book.events.count
    for decision in [one, other, nil] {
      for moment in [time(2), time(Self.day * 3)] {
        let result = book.report("t", decision: decision, at: moment)
        #expect(result == .failure(.repeatedReport(first)))
      }
    }
    #expect(book.events.count == size && book.credits() == 999)
    #expect(book.state.users[0].failures.count == 1)
  }

  @Test(
    "The other outcome is a contradiction, told with the first report", arguments: [true, false])
  mutating func contradiction(first: Bool) throws {
    let decision = try charged()
    book.report("t", succeeded: first, at: time(1))
    let sequence = SequenceNumber(book.last)
    let size = book.events.count
    let result = book.report("t", succeeded: !first, decision: decision, at: time(2))
    #expect(result == .failure(.contradictedReport(sequence)))
    #expect(book.events.count == size && book.credits() == 999)
  }

  @Test("The same name of a task of another user is another task")
  mutating func otherUser() {
    #expect(book.report("t", at: time(1)).isSuccess)
    #expect(book.report("t", of: 1, succeeded: true, at: time(1)).isSuccess)
    #expect(book.state.reports == 2)
  }

  @Test(
    "A decision on another user is unrelated, and nothing is recorded", arguments: [true, false])
  mutating func unrelated(succeeded: Bool) throws {
    let decision = try charged()
    let size = book.events.count
    let result = book.report("t", of: 1, succeeded: succeeded, decision: decision, at: time(1))
    #expect(result == .failure(.unrelatedDecision(SequenceNumber(decision))))
    #expect(book.events.count == size && book.credits(1) == 1_000)
  }

  @Test("A report can bring the refund and the block at once; the evidence is the reports")
  mutating func refundAndBlock() throws {
    let decision = try charged()
    for task in 0..<9 { book.report("\(task)", at: time(1)) }
    let here = book.state.logSize
    let events = try book.report("tenth", decision: decision, at: time(2)).get()
    #expect(events.map(\.body.type) == [.taskReported, .creditsRefunded, .abuseBlocked])
    #expect(book.state.users[0].block?.evidence.last == SequenceNumber(here))
    for sequence in book.state.users[0].block?.evidence ?? [] {
      #expect(book.events[Int(sequence.value)].body.type == .taskReported)
    }
  }

  @Test("A refund is what was charged, not what it costs today")
  mutating func oldPrice() throws {
    let decision = try charged()
    var rules = ProfileRules.zazmic
    rules.costs[0].credits = 500
    book.setRules(rules, at: time(1))
    book.report("t", decision: decision, at: time(2))
    #expect(book.credits() == 1_000)
  }
}
