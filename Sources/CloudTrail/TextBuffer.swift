/// The text of a file, one piece of it in memory.
struct TextBuffer: ~Copyable {
  private var reader = TextReader()
  private var isAtEnd = false
  /// How many bytes of the text came before `piece`.
  private var before = 0

  /// What of the piece was not taken is `piece[head...]`.
  private(set) var piece: [UInt8] = []
  private(set) var head = 0

  /// Offset of the next byte in the file; of a gzip file, in what it decompresses to.
  var offset: Int { reader.markBytes + before + head }

  /// How many bytes there are before the next piece is read.
  var count: Int { piece.count - head }

  /// Reads the next piece if there is no byte left of this one; false at the end of the text.
  mutating func fill(from file: borrowing OpenFile) throws(CloudTrailError) -> Bool {
    while count == 0 {
      if isAtEnd { return false }
      before += piece.count
      piece.removeAll(keepingCapacity: true)
      head = 0
      isAtEnd = try !reader.append(to: &piece, from: file)
    }
    return true
  }

  mutating func take(_ count: Int) { head += count }

  /// How many of the next bytes of this piece are white space.
  var spaces: Int {
    var end = head
    while end < piece.count, TextBuffer.isSpace(piece[end]) { end += 1 }
    return end - head
  }

  /// White space by RFC 8259.
  static func isSpace(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
    default: false
    }
  }
}
