internal import Foundation
internal import Ledger
internal import LedgerStore

/// A value as one of the sources gives it.
enum SettingValue {
  case text(String)
  case number(Int)
  case list([String])
  /// Of the environment, where everything is text.
  case variable(String)
}

extension Settings {
  /// What a setting is called in the file; in the environment `queueDepth` is
  /// `KEYLEDGER_QUEUE_DEPTH`, and lists are separated by commas.
  private static let names = [
    "data", "listen", "profiles", "trustedProxies", "sessions.secretFiles", "tls.certificate",
    "tls.key", "queueDepth", "unauthenticatedPerSecond", "checkpointSeconds", "idleSeconds",
    "logLevel",
  ]

  static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]

  /// Takes over what a JSON file says. Paths in it are relative to the file.
  package mutating func read(file path: String) throws(SettingsError) {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw SettingsError(path, "cannot be read: \(error.localizedDescription)")
    }
    let parsed: JSONDocument
    do throws(JSONDocumentError) { parsed = try JSONDocumentReader.read(Array(data)) } catch {
      throw SettingsError(path, "is not JSON: byte \(error.offset): \(error.problem)")
    }
    guard case .object(let members) = parsed else {
      throw SettingsError(path, "expected an object")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var seen: Set<String> = []
    for (name, value) in Settings.flattened(members) {
      guard Settings.names.contains(name) else {
        throw SettingsError("\(path): \(name)", "no such setting")
      }
      guard seen.insert(name).inserted else {
        throw SettingsError("\(path): \(name)", "stands twice")
      }
      do throws(SettingsError) {
        try set(name, Settings.value(value, name), relativeTo: folder)
      } catch {
        throw SettingsError("\(path): \(error.setting)", error.problem)
      }
    }
  }

  /// Takes over what the environment says.
  package mutating func read(
    environment: [String: String]
  ) throws(SettingsError) {
    for name in Settings.names {
      let variable = Settings.variable(name)
      guard let text = environment[variable], !text.isEmpty else { continue }
      do throws(SettingsError) {
        try set(name, .variable(text), relativeTo: nil)
      } catch { throw SettingsError(variable, error.problem) }
    }
  }

  private static func variable(_ name: String) -> String {
    let words = name == "sessions.secretFiles" ? "sessionSecretFiles" : name
    return "KEYLEDGER_" + snakeCase(words).replacing(".", with: "_").uppercased()
  }

  private static func flattened(
    _ members: [(name: String, value: JSONDocument)], prefix: String = ""
  ) -> [(name: String, value: JSONDocument)] {
    members.flatMap { name, value in
      if prefix.isEmpty, ["sessions", "tls"].contains(name), case .object(let inner) = value {
        return flattened(inner, prefix: "\(name).")
      }
      return [(name: prefix + name, value: value)]
    }
  }

  private static func value(
    _ value: JSONDocument, _ name: String
  ) throws(SettingsError) -> SettingValue {
    switch value {
    case .string(let text): return .text(text)
    case .number(let digits):
      if let number = Int(digits) { return .number(number) }
    case .array(let elements):
      let texts = elements.compactMap { element in
        if case .string(let text) = element { return text }
        return nil
      }
      if texts.count == elements.count { return .list(texts) }
    default: break
    }
    throw SettingsError(name, "expected a text, a whole number or a list of texts")
  }

  private mutating func set(
    _ name: String, _ value: SettingValue, relativeTo folder: URL?
  ) throws(SettingsError) {
    func path() throws(SettingsError) -> String {
      let text = try value.text(name)
      return folder.map { URL(fileURLWithPath: text, relativeTo: $0).path } ?? text
    }
    func paths() throws(SettingsError) -> [String] {
      try value.list(name).map { text in
        folder.map { URL(fileURLWithPath: text, relativeTo: $0).path } ?? text
      }
    }
    switch name {
    case "data": data = try path()
    case "listen":
      guard let address = ListenAddress(try value.text(name)) else {
        throw SettingsError(name, "expected HOST:PORT")
      }
      listen = address
    case "profiles": profiles = try paths()
    case "trustedProxies": trustedProxies = try value.list(name)
    case "sessions.secretFiles": sessionSecretFiles = try paths()
    case "tls.certificate": tlsCertificate = try path()
    case "tls.key": tlsKey = try path()
    case "queueDepth": queueDepth = try value.number(name, 1...1_000_000)
    case "unauthenticatedPerSecond":
      unauthenticatedPerSecond = try value.number(name, 0...1_000_000)
    case "checkpointSeconds": checkpointSeconds = try value.number(name, 1...86_400)
    case "idleSeconds": idleSeconds = try value.number(name, 1...3_600)
    default: logLevel = try value.text(name)
    }
  }

  /// Whether everything fits together; what only starting can tell is not looked at.
  package func check() throws(SettingsError) {
    if data?.isEmpty ?? true { throw SettingsError("data", "no data directory is given") }
    for range in trustedProxies where AddressRange(range) == nil {
      throw SettingsError("trustedProxies", "'\(range)' is not an address or a CIDR range")
    }
    if (tlsCertificate == nil) != (tlsKey == nil) {
      throw SettingsError("tls", "expected a certificate and a key, or neither")
    }
    guard Settings.logLevels.contains(logLevel) else {
      throw SettingsError(
        "logLevel", "expected one of \(Settings.logLevels.joined(separator: ", "))")
    }
  }
}

extension SettingValue {
  fileprivate func text(_ name: String) throws(SettingsError) -> String {
    switch self {
    case .text(let text), .variable(let text): return text
    case .number, .list: throw SettingsError(name, "expected a text")
    }
  }

  fileprivate func list(_ name: String) throws(SettingsError) -> [String] {
    switch self {
    case .list(let list): return list
    case .variable(let text): return text.split(separator: ",").map { String($0) }
    case .text, .number: throw SettingsError(name, "expected a list of texts")
    }
  }

  fileprivate func number(
    _ name: String, _ range: ClosedRange<Int>
  ) throws(SettingsError) -> Int {
    let number: Int? =
      switch self {
      case .number(let number): number
      case .variable(let text): Int(text)
      case .text, .list: nil
      }
    guard let number, range.contains(number) else {
      throw SettingsError(
        name, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}
