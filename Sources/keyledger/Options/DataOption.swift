internal import ArgumentParser
internal import Foundation
internal import Ledger
internal import LedgerStore

/// Which data directory, or which service.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "The data directory, or a copy of its log/ (or KEYLEDGER_DATA).", valueName: "dir"),
    completion: .directory)
  var path: String?

  @Option(
    help: ArgumentHelp(
      "A running service to ask instead; its token is KEYLEDGER_TOKEN.", valueName: "url"))
  var server: String?

  func directory() throws -> DataDirectory {
    guard server == nil else {
      throw Failure.usage("this reads the files of a data directory: pass --data, not --server")
    }
    let environment = ProcessInfo.processInfo.environment["KEYLEDGER_DATA"]
    guard let path = path ?? environment, !path.isEmpty else {
      throw Failure.usage("no data directory: pass --data DIR or set KEYLEDGER_DATA")
    }
    return DataDirectory(path)
  }

  /// Opens for reading; what could not be used is told on stderr.
  func reader() throws -> LedgerReader {
    let reader = try LedgerReader(try directory())
    for note in reader.notes { StandardError.note(note) }
    reader.onNote = { StandardError.note($0) }
    return reader
  }

  /// The service that takes changes: the one named, or the one that holds the directory.
  func service() throws -> Service? {
    if let server {
      let token = ProcessInfo.processInfo.environment["KEYLEDGER_TOKEN"]
      return try Service(url: server, token: token)
    }
    let socket = try directory().controlSocket
    return try ControlSocket.isAnswered(socket) ? Service(socket: socket) : nil
  }

  /// Carries out a change, by the service or, where there is none, here under the lock. The answer
  /// says whether anything changed.
  func change(
    _ call: AdministrationCall, _ command: String, acceptClock: Bool = false
  ) throws -> Row {
    let row =
      if let service = try service() {
        try service.perform(call)
      } else {
        try write(command, acceptClock: acceptClock) { writer, actor in
          try Administration(writer).performAndWait(call, by: actor).row
        }
      }
    if row["changed"] == .flag(false) { StandardError.note("nothing to change") }
    return row.without("changed")
  }

  /// Opens for writing, runs `body`, closes whatever happened.
  func write<T>(
    _ command: String, acceptClock: Bool = false, _ body: (LedgerWriter, Actor) throws -> T
  ) throws -> T {
    let writer = try LedgerWriter(
      try directory(), program: "keyledger \(command)", acceptClock: acceptClock)
    for note in writer.notes { StandardError.note(note) }
    let result: T
    do {
      result = try body(writer, .operator)
    } catch {
      // The first failure is the one to tell; closing after it may fail for the same reason.
      _ = try? writer.close()
      throw error
    }
    // What was asked for is durable already, and its answer may hold a secret shown only once.
    do {
      for note in try writer.close() { StandardError.note("left for the next writer: \(note)") }
    } catch {
      StandardError.note("the log was not closed cleanly: \(error)")
    }
    return result
  }
}

extension Actor {
  /// The person at the machine.
  static var `operator`: Actor { Actor(operatorID: getuid()) }
}
