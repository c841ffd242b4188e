import Glibc

/// Cuts a text into lines, holding one line.
struct LineReader {
  private let limits: CloudTrailLimits

  /// How many lines were taken.
  private(set) var line: Int

  init(afterLine line: Int, limits: CloudTrailLimits) {
    self.line = line
    self.limits = limits
  }

  /// The next line without its end; nil behind the last.
  mutating func next(
    _ text: inout TextBuffer, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> [UInt8]? {
    var result: [UInt8] = []
    guard try text.fill(from: file) else { return nil }
    line += 1
    repeat {
      let end = LineReader.lineFeed(in: text.piece, from: text.head)
      let part = text.piece[text.head..<(end ?? text.piece.count)]
      guard result.count + part.count <= limits.record else {
        throw CloudTrailError(
          path: file.path, position: .line(line),
          problem: "longer than \(limits.record) bytes")
      }
      result += part
      text.take(part.count)
      if end != nil {
        text.take(1)
        return result
      }
    } while try text.fill(from: file)
    return result
  }

  private static func lineFeed(in piece: [UInt8], from start: Int) -> Int? {
    piece.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
      return found.map { UnsafeRawPointer($0) - base }
    }
  }
}
