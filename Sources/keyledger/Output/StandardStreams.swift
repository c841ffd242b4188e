internal import Foundation

/// Data could not be written out.
struct OutputError: Error, CustomStringConvertible {
  var code: Int32

  var isBrokenPipe: Bool { code == EPIPE }
  var description: String { "the output could not be written: \(String(cString: strerror(code)))" }
}

/// Standard output, buffered: data only.
final class StandardOutput {
  nonisolated(unsafe) static let shared = StandardOutput()

  private static let bufferSize = 1 << 16
  private var buffer: [UInt8] = []

  func write(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  func flush() throws {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        Foundation.write(STDOUT_FILENO, bytes.baseAddress! + written, bytes.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        buffer.removeAll()
        throw OutputError(code: errno)
      }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Standard error: notes and progress.
enum StandardError {
  static func write(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }

  static func note(_ text: String) { write("note: \(text)") }

  static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }
}
