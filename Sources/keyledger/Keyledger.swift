internal import ArgumentParser
internal import Foundation
internal import LedgerStore

/// The command line.
struct Keyledger: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyledger",
    abstract: "The book of record for API access: who used which key, when, and what was decided.",
    discussion: """
      Times are RFC 3339, a date (00:00 UTC), a relative time such as 24h, or a log size. \
      Everything is half-open: --since is included, --until is not, as of T is what happened \
      before T.

      Exit codes: 0 ok, 1 error, 2 usage, 3 tampered, 4 not authorized, 5 not found, 6 stale, \
      7 incomplete, 10 differences found.
      """,
    version: "keyledger \(KeyledgerVersion.current)",
    groupedSubcommands: [
      CommandGroup(name: "Begin", subcommands: [Init.self, Import.self]),
      CommandGroup(
        name: "Keys and who owns them",
        subcommands: [
          Keys.self, Organizations.self, Users.self, Credits.self, Blocks.self, LimitsCommand.self,
        ]),
      CommandGroup(name: "Who may do what here", subcommands: [Tokens.self, Sessions.self]),
      CommandGroup(
        name: "Questions",
        subcommands: [Events.self, Usage.self, State.self, Diff.self, Explain.self]),
      CommandGroup(name: "Exports", subcommands: [Export.self]),
      CommandGroup(
        name: "Checks",
        subcommands: [Verify.self, Replay.self, Rebuild.self, CheckpointCommand.self]),
    ])
}

@main
enum Main {
  static func main() {
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try Keyledger.parseAsRoot(Arguments.ordered(CommandLine.arguments))
      try command.run()
      try StandardOutput.shared.flush()
    } catch {
      end(error)
    }
  }

  /// Every way out but success, in one place: one clear line on stderr and the exit code.
  private static func end(_ error: any Error) -> Never {
    switch ExitStatus(of: error) {
    case .silent(let code):
      try? StandardOutput.shared.flush()
      exit(code)
    case .failure(let code, let line):
      try? StandardOutput.shared.flush()
      StandardError.error(line)
      exit(code)
    case .parser:
      let code = Keyledger.exitCode(for: error)
      let message = Keyledger.fullMessage(for: error)
      if code == .success {
        print(message)
        exit(0)
      }
      StandardError.write(message)
      exit(code == .validationFailure ? ExitStatus.usage : ExitStatus.error)
    }
  }
}

/// Puts `--data DIR` and `--server URL` behind the command they stand in front of, where the
/// command's own options are read: `keyledger --data DIR keys list`.
enum Arguments {
  private static let names = ["--data", "--server"]

  static func ordered(_ arguments: [String]) -> [String] {
    var rest = Array(arguments.dropFirst())
    var moved: [String] = []
    while let first = rest.first {
      if names.contains(first), rest.count > 1 {
        moved += rest.prefix(2)
        rest.removeFirst(2)
      } else if names.contains(where: { first.hasPrefix("\($0)=") }) {
        moved.append(rest.removeFirst())
      } else {
        break
      }
    }
    // An argument list can end in `--` and operands, behind which nothing is an option.
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    rest.insert(contentsOf: moved, at: end)
    return rest
  }
}
