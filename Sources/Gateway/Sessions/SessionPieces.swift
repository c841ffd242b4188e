/// The cookies of one session as a request presents them, in whatever order.
struct SessionPieces {
  private var whole: [UInt8]?
  private var chunks: [Int: [UInt8]] = [:]
  private var isContradictory = false

  /// A value given twice is the same cookie, sent twice; two values for one name contradict each
  /// other. A nil `value` could not be read.
  mutating func add(_ piece: SessionCookie.Piece, _ value: [UInt8]?) {
    guard let value else {
      isContradictory = true
      return
    }
    switch piece {
    case .whole:
      if let whole, whole != value { isContradictory = true }
      whole = value
    case .chunk(let number):
      if let known = chunks[number], known != value { isContradictory = true }
      chunks[number] = value
    case .misnumbered:
      isContradictory = true
    }
  }

  /// Nil if the pieces are not exactly one token: a chunk is missing, a name has two values, a
  /// whole token stands beside chunks, or it is too long.
  var token: [UInt8]? {
    guard !isContradictory else { return nil }
    if let whole { return chunks.isEmpty && Self.isAllowed(whole) ? whole : nil }
    var joined: [UInt8] = []
    for number in 0..<chunks.count {
      guard let chunk = chunks[number] else { return nil }
      joined += chunk
    }
    return Self.isAllowed(joined) ? joined : nil
  }

  private static func isAllowed(_ token: [UInt8]) -> Bool {
    token.count <= SessionLimits.tokenBytes
  }
}
