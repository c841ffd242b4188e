internal import Foundation

/// The secrets under which session cookies are opened, newest first.
enum SessionSecrets {
  /// The variable that holds secrets itself, separated by commas.
  static let variable = "KEYLEDGER_SESSION_SECRETS"

  static func read(
    files: [String], environment: [String: String]
  ) throws(SettingsError) -> [String] {
    var secrets: [String] = []
    for file in files {
      let text: String
      do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
        throw SettingsError("sessions.secretFiles", "\(file) cannot be read")
      }
      secrets += text.split(whereSeparator: \.isNewline).map { String($0) }
    }
    secrets += (environment[variable] ?? "").split(separator: ",").map { String($0) }
    return secrets.filter { !$0.isEmpty }
  }
}
