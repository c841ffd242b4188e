import Ledger
import Testing

@Suite("Deciding is total and pure")
struct DecideTotalityTests {
  @Test(
    "Any commands on any state are decided, and what is decided fits a record", arguments: 1...20)
  func total(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var book = Book.withKey()
    var (decided, refused) = (0, 0)
    for step in 0..<150 {
      let command =
        step % 5 == 0
        ? RandomHistory.make(count: 1, &random)[0].command(in: book)
        : RandomCommand.any(for: book.state, &random)
      switch book.run(command) {
      case .success(let events):
        decided += 1
        for event in events {
          let record = try encoded(event)
          #expect(record.count <= Event.recordLimit, "\(event.body.type)")
          if event.body.type == .requestDecided, event.origin == nil {
            #expect(record.count <= Event.requestRecordLimit)
          }
          #expect(try decoded(record) == event)
        }
      case .failure(let refusal):
        refused += 1
        #expect(!refusal.description.isEmpty)
      }
    }
    #expect(decided > 20 && refused > 20)
    #expect(try restored(book.state) == book.state)
  }

  @Test("Whatever the time is, commands are decided, folded and decided again", arguments: 1...10)
  func hostileTimes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var book = Book.withKey()
    let moments: [Timestamp] = [
      .distantPast, .distantFuture, Timestamp(microseconds: 0), Timestamp(microseconds: -1),
      Timestamp(microseconds: .min + 1), Timestamp(microseconds: .max - 1), time(), time(9_000),
    ]
    for _ in 0..<150 {
      let command = RandomCommand.any(for: book.state, &random)
      for moment in moments { _ = book.state.decide(command, by: nil, at: moment) }
      let before = book.state
      let moment = moments.randomElement(using: &random)!
      let result = book.run(command, at: moment)
      for event in (try? result.get()) ?? [] {
        guard case .requestDecided(let request) = event.body else { continue }
        for moment in moments {
          let answer = book.state.answer(to: request, at: moment)
          #expect(answer.retryAfter ?? 1 >= 1)
        }
        _ = before.decideAgain(request, recorded: event)
      }
    }
    #expect(try restored(book.state) == book.state)
  }

  @Test("Deciding changes nothing and answers the same again")
  func pure() throws {
    var random = SeededGenerator(seed: 21)
    let book = Book.withKey()
    let before = try book.state.encode()
    for _ in 0..<100 {
      let command = RandomCommand.any(for: book.state, &random)
      let first = book.state.decide(command, by: nil, at: time(100))
      let second = book.state.decide(command, by: nil, at: time(100))
      #expect(first == second)
    }
    #expect(try book.state.encode() == before)
  }

  @Test("Folding what was decided claims the ordinals the events name")
  func ordinals() throws {
    var random = SeededGenerator(seed: 22)
    var book = Book.withKey()
    for _ in 0..<100 {
      book.run(RandomHistory.make(count: 1, &random)[0].command(in: book))
      book.run(RandomCommand.any(for: book.state, &random))
    }
    var state = LedgerState()
    for event in book.events {
      state.evolve(event)
      for reference in event.references(in: state) {
        switch reference {
        case .organization(let at): #expect(state.organizations.indices.contains(at.index))
        case .user(let at): #expect(state.users.indices.contains(at.index))
        case .operation(let at): #expect(state.operations.indices.contains(at.index))
        case .key(let at): #expect(state.keys.indices.contains(at.index))
        }
      }
    }
    #expect(state == book.state)
  }
}
