/// Why a file was refused, and where in it. Nothing of a refused file is delivered.
package struct CloudTrailError: Error, Equatable, CustomStringConvertible {
  /// Where the problem is. Lines and records count from 1, bytes from 0.
  package enum Position: Sendable, Equatable {
    case file
    /// A line of a JSON lines file.
    case line(Int)
    /// A record of a `Records` document or array, and where it begins in the file's text.
    case record(Int, byte: Int)
    /// A byte of the file's text, after decompression.
    case byte(Int)
    /// A byte of the file itself, before decompression.
    case compressedByte(Int)
  }

  package let path: String
  package let position: Position
  package let problem: String

  package init(path: String, position: Position, problem: String) {
    self.path = path
    self.position = position
    self.problem = problem
  }

  /// One line: `path: line 3: eventID is missing`. Control characters are shown as `?`, since
  /// neither a path nor a file's content may move a terminal's cursor.
  package var description: String {
    let place =
      switch position {
      case .file: ""
      case .line(let line): "line \(line): "
      case .record(let record, let byte): "record \(record) at byte \(byte): "
      case .byte(let byte): "byte \(byte): "
      case .compressedByte(let byte): "compressed byte \(byte): "
      }
    return CloudTrailError.printable("\(path): \(place)\(problem)")
  }

  private static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      result.append(scalar.properties.generalCategory == .control ? "?" : scalar)
    }
    return String(result)
  }
}
