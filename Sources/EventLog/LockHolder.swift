/// Who writes a data directory.
package struct LockHolder: Hashable, Sendable, CustomStringConvertible {
  /// Process id; nil if the lock file does not say.
  package let pid: Int32?
  package let program: String

  package var description: String {
    pid.map { "\(program) (pid \($0))" } ?? "another process"
  }

  /// The content of a lock file: `<pid> <program>\n`.
  var line: String { "\(pid ?? 0) \(program)\n" }

  package init(pid: Int32?, program: String) {
    self.pid = pid
    self.program = program
  }

  init(line: String) {
    let words = line.prefix { $0 != "\n" }.split(separator: " ", maxSplits: 1)
    pid = words.first.flatMap { Int32($0) }
    program = words.count > 1 ? String(words[1]) : "another process"
  }
}
