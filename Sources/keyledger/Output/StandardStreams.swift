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
  static func write(_ text: String) { writeRaw("\(text)\n") }

  /// Without an end of line. Where standard error is closed or full there is nobody to tell.
  static func writeRaw(_ text: String) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { rest in
        Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      written += count
    }
  }

  /// One line, whatever the names in it are made of.
  static func note(_ text: String) { write("note: \(TableText.printable(text))") }
  static func error(_ text: String) { write("keyledger: \(TableText.printable(text))") }

  static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }
}
