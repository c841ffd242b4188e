internal import ArgumentParser
internal import Foundation
internal import Gateway
internal import LedgerStore
internal import Logging

/// The service.
struct Keyledgerd: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keyledgerd",
    abstract: "Decides requests to APIs, and records every decision before it answers.",
    discussion: """
      Every setting comes from the configuration file, the environment (KEYLEDGER_DATA, \
      KEYLEDGER_LISTEN, …) or a flag; a later one of these counts more. SIGTERM stops cleanly, \
      SIGHUP reads the certificate and the session secrets again.

      Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 tampered, 4 not authorized, \
      5 no such directory, 7 something needed is missing.
      """,
    version: "keyledgerd \(KeyledgerVersion.current)")

  @Option(help: ArgumentHelp("The data directory.", valueName: "dir"), completion: .directory)
  var data: String?
  @Option(help: ArgumentHelp("Where to listen; port 0 picks one.", valueName: "host:port"))
  var listen: String?
  @Option(help: "A configuration file (JSON).", completion: .file())
  var config: String?
  @Option(
    help: "A profile document to put in force; may be repeated.", completion: .file())
  var profile: [String] = []
  @Option(help: "A certificate chain (PEM).", completion: .file())
  var tlsCertificate: String?
  @Option(help: "The certificate's key (PEM).", completion: .file())
  var tlsKey: String?
  @Option(
    help: "A file with one session secret a line, newest first; may be repeated.",
    completion: .file())
  var sessionSecretFile: [String] = []
  @Option(
    help: ArgumentHelp(
      "Peers whose forwarding headers count, instead of loopback; may be repeated.",
      valueName: "cidr"))
  var trustedProxy: [String] = []
  @Flag(help: "Check the configuration and end.")
  var checkConfig = false
  @Option(help: "Check a profile document and end.", completion: .file())
  var checkProfile: String?
  @Flag(help: "Start although the clock is behind the last record.")
  var acceptClock = false

  func settings(_ environment: [String: String]) throws -> Settings {
    var settings = Settings()
    if let config = config ?? environment["KEYLEDGER_CONFIG"] { try settings.read(file: config) }
    try settings.read(environment: environment)
    if let data { settings.data = data }
    if let listen {
      guard let address = ListenAddress(listen) else {
        throw SettingsError("--listen", "expected HOST:PORT")
      }
      settings.listen = address
    }
    if !profile.isEmpty { settings.profiles = profile }
    if !sessionSecretFile.isEmpty { settings.sessionSecretFiles = sessionSecretFile }
    if !trustedProxy.isEmpty { settings.trustedProxies = trustedProxy }
    if let tlsCertificate { settings.tlsCertificate = tlsCertificate }
    if let tlsKey { settings.tlsKey = tlsKey }
    return settings
  }
}

@main
enum Main {
  static func main() async {
    signal(SIGPIPE, SIG_IGN)
    do {
      let command = try Keyledgerd.parse()
      try await run(command)
    } catch {
      end(error)
    }
  }

  private static func run(_ command: Keyledgerd) async throws {
    if let path = command.checkProfile {
      let data: Data
      do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
        throw SettingsError(path, "cannot be read")
      }
      _ = try APIProfile(parsing: Array(data))
      return
    }
    let environment = ProcessInfo.processInfo.environment
    let settings = try command.settings(environment)
    var logger = Logger(label: "keyledgerd") { JSONLogHandler(label: $0) }
    logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
    let service = GatewayService(
      settings, acceptClock: command.acceptClock, environment: environment, logger: logger)
    if command.checkConfig {
      try service.check()
      say("the configuration is good")
      return
    }
    try await service.run { say("listening on \($0)") }
  }

  /// Every way out but success: one clear line for each problem, and the exit code.
  private static func end(_ error: any Error) -> Never {
    switch error {
    case let error as ProfileError:
      for problem in error.problems { tell("\(problem)") }
      exit(2)
    case let error as SettingsError:
      note("\(error)")
      exit(2)
    case let error as StoreError:
      note("\(error)")
      exit(error.exitCode)
    case is ExitCode, is CleanExit, is ValidationError: Keyledgerd.exit(withError: error)
    default:
      let code = Keyledgerd.exitCode(for: error)
      if code == .success { Keyledgerd.exit(withError: error) }
      note(Keyledgerd.message(for: error))
      exit(code == .validationFailure ? 2 : 1)
    }
  }

  /// At once, whoever reads it.
  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
  }

  private static func note(_ line: String) { tell("error: \(line)") }

  private static func tell(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }
}
