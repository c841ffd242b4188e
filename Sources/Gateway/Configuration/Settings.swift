/// How the service runs. Each setting comes from the configuration file, the environment or a flag,
/// the later ones before the earlier.
package struct Settings: Sendable, Equatable {
  package var data: String?
  package var listen = ListenAddress(host: "127.0.0.1", port: 8_080)
  /// Profile documents besides the shipped ones.
  package var profiles: [String] = []
  /// Peers whose forwarding headers count.
  package var trustedProxies = ["127.0.0.0/8", "::1/128"]
  /// Files with one session secret a line, newest first.
  package var sessionSecretFiles: [String] = []
  package var tlsCertificate: String?
  package var tlsKey: String?
  /// Requests that may wait for the disk; one more is answered 503.
  package var queueDepth = 4_096
  /// Refusals of nobody a second that have a record each.
  package var unauthenticatedPerSecond = 100
  /// Seconds between signed checkpoints.
  package var checkpointSeconds = 10
  /// Seconds after which a silent connection is closed.
  package var idleSeconds = 60
  package var logLevel = "info"

  package init() {}
}

/// `127.0.0.1:8080`, `[::1]:8080`, `:8080` for every address.
package struct ListenAddress: Sendable, Equatable {
  package var host: String
  package var port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    self.host = host.isEmpty ? "0.0.0.0" : host
    self.port = Int(port)
  }

  package var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A setting that cannot be used: its name as it was given, and what was expected.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  package var setting: String
  package var problem: String

  package init(_ setting: String, _ problem: String) {
    self.setting = setting
    self.problem = problem
  }

  package var description: String { setting.isEmpty ? problem : "\(setting): \(problem)" }
}
