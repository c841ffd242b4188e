/// Delivers the text of a file piece by piece, decompressed if the file is gzip by its content,
/// without a byte order mark.
struct TextReader: ~Copyable {
  /// What one read asks for, in bytes: enough that system calls do not count.
  static let chunk = 256 << 10
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// What of the file's bytes is in `input[consumed..<inputEnd]`.
  private var input = [UInt8](repeating: 0, count: TextReader.chunk)
  private var consumed = 0
  private var inputEnd = 0
  /// File offset of `input[0]`.
  private var inputOffset = 0

  private var inflater: GzipInflater?
  private var isGzip = false
  private var output: [UInt8] = []
  private var isStarted = false

  /// The length of the byte order mark that the file had.
  private(set) var markBytes = 0

  /// Appends the next piece of the text to `text`; false at its end.
  mutating func append(
    to text: inout [UInt8], from file: borrowing OpenFile
  ) throws(CloudTrailError) -> Bool {
    if isStarted { return try appendPiece(to: &text, from: file) }
    isStarted = true
    try refill(from: file, atLeast: GzipInflater.magic.count)
    if input[..<inputEnd].starts(with: GzipInflater.magic) {
      do {
        inflater = try GzipInflater()
      } catch {
        throw CloudTrailError(path: file.path, position: .file, problem: error.description)
      }
      isGzip = true
      output = [UInt8](repeating: 0, count: TextReader.chunk)
    }
    var first: [UInt8] = []
    while first.count < TextReader.byteOrderMark.count {
      guard try appendPiece(to: &first, from: file) else { break }
    }
    let isMarked = first.starts(with: TextReader.byteOrderMark)
    markBytes = isMarked ? TextReader.byteOrderMark.count : 0
    text.append(contentsOf: first[markBytes...])
    return !first.isEmpty
  }

  private mutating func appendPiece(
    to text: inout [UInt8], from file: borrowing OpenFile
  ) throws(CloudTrailError) -> Bool {
    while true {
      if isGzip {
        let count = try inflate(file)
        if count > 0 {
          text.append(contentsOf: output[..<count])
          return true
        }
      } else if consumed < inputEnd {
        text.append(contentsOf: input[consumed..<inputEnd])
        consumed = inputEnd
        return true
      }
      try refill(from: file, atLeast: 1)
      if inputEnd == 0 { return try end(file) }
    }
  }

  private mutating func inflate(_ file: borrowing OpenFile) throws(CloudTrailError) -> Int {
    do throws(GzipInflater.Problem) {
      return try inflater?.inflate(&input, from: &consumed, to: inputEnd, into: &output) ?? 0
    } catch {
      throw CloudTrailError(
        path: file.path, position: .compressedByte(inputOffset + consumed),
        problem: error.description)
    }
  }

  /// The file is at its end; a gzip stream must be, too.
  private func end(_ file: borrowing OpenFile) throws(CloudTrailError) -> Bool {
    do throws(GzipInflater.Problem) {
      try inflater?.finish()
      return false
    } catch {
      throw CloudTrailError(
        path: file.path, position: .compressedByte(inputOffset), problem: error.description)
    }
  }

  /// Replaces `input` by the next bytes of the file, fewer than `atLeast` only at its end.
  private mutating func refill(
    from file: borrowing OpenFile, atLeast: Int
  ) throws(CloudTrailError) {
    inputOffset += inputEnd
    (consumed, inputEnd) = (0, 0)
    repeat {
      let count = try file.read(into: &input, from: inputEnd)
      if count == 0 { return }
      inputEnd += count
    } while inputEnd < atLeast
  }
}
