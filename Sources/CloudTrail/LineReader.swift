import Glibc

/// Cuts a text into lines, holding one line and a piece of what follows.
struct LineReader: ~Copyable {
  private var text = TextReader()
  /// What was read and not taken begins at `head`.
  private var buffer: [UInt8] = []
  private var head = 0
  private var isAtEnd = false
  private let limits: CloudTrailLimits

  /// How many lines were taken.
  private(set) var line = 0

  init(limits: CloudTrailLimits) {
    self.limits = limits
  }

  /// White space by RFC 8259.
  static func isSpace(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
    default: false
    }
  }

  /// The next line without its end; nil behind the last.
  mutating func next(from file: borrowing OpenFile) throws(CloudTrailError) -> [UInt8]? {
    let end = try lineEnd(from: head, file)
    guard end > head || end < buffer.count else { return nil }
    line += 1
    guard end - head <= limits.record else {
      throw CloudTrailError(
        path: file.path, position: .line(line),
        problem: "longer than \(limits.record) bytes")
    }
    let result = [UInt8](buffer[head..<end])
    head = min(end + 1, buffer.count)
    return result
  }

  /// The first line that is not blank, from its first byte that is not white space, without
  /// taking it; cut behind the longest record. Nil if there is none.
  mutating func peek(
    _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> (line: [UInt8], isWhole: Bool)? {
    var start = head
    while true {
      while start < buffer.count, LineReader.isSpace(buffer[start]) { start += 1 }
      if start < buffer.count { break }
      guard start - head <= limits.record else {
        throw CloudTrailError(
          path: file.path, position: .file,
          problem: "begins with more than \(limits.record) bytes of white space")
      }
      guard try fill(file) else { return nil }
    }
    let end = try lineEnd(from: start, file)
    let isWhole = end - start <= limits.record
    return ([UInt8](buffer[start..<min(end, start + limits.record)]), isWhole)
  }

  /// Everything that was not taken, to the end of the file.
  mutating func takeAll(from file: borrowing OpenFile) throws(CloudTrailError) -> [UInt8] {
    repeat {
      guard buffer.count - head <= limits.document else {
        throw CloudTrailError(
          path: file.path, position: .file,
          problem: "a document of more than \(limits.document) bytes; JSON lines have no limit")
      }
    } while try fill(file)
    var result: [UInt8] = []
    swap(&result, &buffer)
    result.removeFirst(head)
    head = 0
    return result
  }

  /// Where the line that begins at or before `start` ends: at its line feed, at the end of the
  /// text, or at any place behind the longest record.
  private mutating func lineEnd(
    from start: Int, _ file: borrowing OpenFile
  ) throws(CloudTrailError) -> Int {
    var searched = start - head
    while true {
      if let end = lineFeed(from: head + searched) { return end }
      searched = buffer.count - head
      if searched > limits.record { return buffer.count }
      guard try fill(file) else { return buffer.count }
    }
  }

  private func lineFeed(from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, start < bytes.count else { return nil }
      let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
      return found.map { UnsafeRawPointer($0) - base }
    }
  }

  /// Reads one more piece; false at the end of the file. Moves what was not taken to the front,
  /// which costs O(1) for each byte read while lines are shorter than pieces.
  private mutating func fill(_ file: borrowing OpenFile) throws(CloudTrailError) -> Bool {
    if isAtEnd { return false }
    if head >= TextReader.chunk {
      buffer.removeFirst(head)
      head = 0
    }
    isAtEnd = try !text.append(to: &buffer, from: file)
    return !isAtEnd
  }
}
