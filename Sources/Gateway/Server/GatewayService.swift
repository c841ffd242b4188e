internal import Foundation
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Ledger
internal import LedgerStore
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization
internal import UnixSignals

/// The running service: opens the log, listens, and on a signal stops in the order in which nothing
/// is lost: no new connections, the requests under way, the log.
package struct GatewayService {
  private let settings: Settings
  private let acceptClock: Bool
  private let logger: Logger
  private let environment: [String: String]

  package init(
    _ settings: Settings, acceptClock: Bool, environment: [String: String], logger: Logger
  ) {
    self.settings = settings
    self.acceptClock = acceptClock
    self.environment = environment
    self.logger = logger
  }

  /// Reads every file that the settings name, as starting would, and changes nothing.
  package func check() throws {
    try settings.check()
    _ = try profiles()
    _ = try SessionSecrets.read(files: settings.sessionSecretFiles, environment: environment)
    _ = try certificate()
  }

  /// Returns after a clean stop.
  ///
  /// - Parameter announce: is told the address when requests are taken.
  package func run(announce: @escaping @Sendable (String) -> Void) async throws {
    try check()
    let files = try profiles()
    let certificate = try certificate()
    let door = SessionDoor(
      secrets: try SessionSecrets.read(
        files: settings.sessionSecretFiles, environment: environment))
    let directory = DataDirectory(settings.data ?? "")
    guard directory.controlSocket.utf8.count <= Self.socketPathBytes else {
      throw SettingsError(
        "data",
        "\(directory.controlSocket) is longer than \(Self.socketPathBytes) bytes, "
          + "which is all that a socket's path may have")
    }
    let writer = try LedgerWriter(directory, options: writerOptions)
    for note in writer.notes {
      logger.notice("the log was put right", metadata: ["note": "\(note)"])
    }
    do {
      let core = GatewayCore(
        writer, settings, profiles: try await ProfileRegistry.load(writer, files: files),
        door: door, operators: [0, geteuid()])
      let reload = { @Sendable in self.reload(certificate, door) }
      try await serve(core, certificate, reload: reload, announce: announce)
    } catch {
      // The first failure is the one to tell.
      _ = try? writer.close()
      throw error
    }
    for note in try writer.close() {
      logger.warning("left for the next writer", metadata: ["note": "\(note)"])
    }
    logger.notice("stopped", metadata: ["logSize": "\(writer.statistics.current.logSize)"])
  }

  private var writerOptions: WriterOptions {
    var options = WriterOptions(program: "keyledgerd")
    options.acceptClock = acceptClock
    options.queueDepth = settings.queueDepth
    options.unauthenticatedPerSecond = settings.unauthenticatedPerSecond
    options.checkpointSeconds = settings.checkpointSeconds
    let logger = logger
    options.onNote = { logger.error("the writer", metadata: ["problem": "\($0)"]) }
    return options
  }

  private func profiles() throws -> [APIProfile] {
    try settings.profiles.map { path in
      let data: Data
      do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
        throw SettingsError("profiles", "\(path) cannot be read")
      }
      do { return try APIProfile(parsing: Array(data)) } catch {
        throw SettingsError("profiles", "\(path): \(error)")
      }
    }
  }

  private func certificate() throws -> ReloadableCertificate? {
    guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return nil }
    return try ReloadableCertificate(certificate: certificate, key: key)
  }

  /// SIGHUP: what cannot be read leaves what was in use.
  private func reload(_ certificate: ReloadableCertificate?, _ door: SessionDoor) {
    do {
      try certificate?.reload()
      door.use(
        secrets: try SessionSecrets.read(
          files: settings.sessionSecretFiles, environment: environment))
      logger.notice("certificate and session secrets were read again")
    } catch {
      logger.error("not everything was read again", metadata: ["problem": "\(error)"])
    }
  }

  /// Requests under way get so long to end when the service stops: what supervisors wait for is
  /// three times as long and more.
  private static let stopSeconds: Int64 = 10

  /// Bytes of a Unix socket's path (`unix(7)`: 108 with the zero at its end).
  private static let socketPathBytes = 107

  private func serve(
    _ core: GatewayCore, _ certificate: ReloadableCertificate?,
    reload: @escaping @Sendable () -> Void, announce: @escaping @Sendable (String) -> Void
  ) async throws {
    let socket = core.writer.directory.controlSocket
    let doors = OpenDoors(count: 2, announce: announce)
    // Left behind by a service that was killed; the lock says that there is none now.
    unlink(socket)
    defer { unlink(socket) }
    let scheme = certificate == nil ? "http" : "https"
    let host = settings.listen.host
    let network = Application(
      responder: GatewayResponder(core: core, door: .network), server: try server(certificate),
      configuration: .init(
        address: .hostname(settings.listen.host, port: settings.listen.port), serverName: nil,
        backlog: 4_096,
        availableConnectionsDelegate: MaximumAvailableConnections(OpenFiles.connections())),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        doors.open("\(scheme)://\(ListenAddress(host: host, port: port).text)")
      }, logger: logger)
    let control = Application(
      responder: GatewayResponder(core: core, door: .control),
      configuration: .init(address: .unixDomainSocket(path: socket), serverName: nil),
      onServerRunning: { _ in
        chmod(socket, 0o600)
        doors.open(nil)
      }, logger: logger)
    var configuration = ServiceGroupConfiguration(
      services: [control, network, Housekeeping(core: core, reload: reload)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(Self.stopSeconds)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch let error as IOError {
      throw ListenError(
        address: settings.listen.text, problem: String(cString: strerror(error.errnoCode)))
    } catch  where core.isStopping {
      // Whoever did not end in time was cut off; what was recorded is recorded.
      logger.notice("connections were cut off", metadata: ["after": "\(Self.stopSeconds) s"])
    }
  }

  private func server(_ certificate: ReloadableCertificate?) throws -> HTTPServerBuilder {
    let plain = HTTPServerBuilder.http1(
      configuration: .init(idleTimeout: .seconds(Int64(settings.idleSeconds))))
    guard let certificate else { return plain }
    return try .tls(plain, tlsConfiguration: certificate.configuration)
  }
}

/// Nobody can be served: the address is taken, or not ours.
package struct ListenError: Error, CustomStringConvertible {
  package var address: String
  package var problem: String

  package var description: String { "cannot listen on \(address): \(problem)" }
}

/// Counts the doors that are open; when all are, the address is announced.
private final class OpenDoors: Sendable {
  private struct Progress: Sendable {
    var missing: Int
    var address: String?
  }

  private let progress: Mutex<Progress>
  private let announce: @Sendable (String) -> Void

  init(count: Int, announce: @escaping @Sendable (String) -> Void) {
    progress = Mutex(Progress(missing: count))
    self.announce = announce
  }

  func open(_ address: String?) {
    let told = progress.withLock { progress in
      progress.missing -= 1
      progress.address = progress.address ?? address
      return progress.missing == 0 ? progress.address : nil
    }
    if let told { announce(told) }
  }
}

/// Waits for signals: SIGHUP reads files again, a stop ends what would go on for ever.
private struct Housekeeping: Service {
  let core: GatewayCore
  let reload: @Sendable () -> Void

  func run() async throws {
    await withGracefulShutdownHandler {
      await cancelWhenGracefulShutdown {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { reload() }
      }
    } onGracefulShutdown: {
      core.stop()
    }
  }
}
