/// The path of a route in a profile, such as `/api/tasks/{id}` or `/api/**`.
///
/// `{name}` stands for any one segment. A final `/**` stands for any number of them, none
/// included. Everything else stands for itself, capitals told apart.
struct RoutePattern: Hashable, Sendable {
  enum Segment: Hashable, Sendable {
    case literal([UInt8])
    case any
  }

  private let segments: [Segment]
  private let isOpen: Bool

  static let text = ProfileText(
    told: "a path such as \"/api/tasks/{id}\" or \"/api/**\", at most 1024 characters"
  ) { text in
    text.count <= 1024 && RoutePattern(String(text)) != nil
  }

  init?(_ text: String) {
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    var parts = text.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
    ).map { Array($0) }
    if parts == [[]] { parts = [] }  // "/" alone
    isOpen = parts.last == Array("**".utf8)
    if isOpen { parts.removeLast() }
    var segments: [Segment] = []
    for part in parts {
      guard let segment = Self.segment(part) else { return nil }
      segments.append(segment)
    }
    self.segments = segments
  }

  private static func segment(_ part: [UInt8]) -> Segment? {
    if part.first == UInt8(ascii: "{") {
      guard part.last == UInt8(ascii: "}"), let letter = part.dropFirst().first,
        ProfileText.isLetter(letter),
        part.dropFirst().dropLast().allSatisfy({
          ProfileText.isLetter($0) || ProfileText.isDigit($0) || $0 == UInt8(ascii: "_")
        })
      else { return nil }
      return .any
    }
    let isDots = part.count <= 2 && part.allSatisfy { $0 == UInt8(ascii: ".") }
    guard !part.isEmpty, !isDots, part.allSatisfy(isLiteral) else { return nil }
    return .literal(part)
  }

  /// What a path may hold unescaped (RFC 3986, `pchar`), but for `*` and `;`, which some read as
  /// more than themselves.
  private static func isLiteral(_ byte: UInt8) -> Bool {
    ProfileText.isLetter(byte) || ProfileText.isDigit(byte) || "-._~!$&'()+,=:@".utf8.contains(byte)
  }

  /// O(segments).
  func matches(_ target: RouteTarget) -> Bool {
    let count = target.segments.count
    guard !target.isServer, isOpen ? count >= segments.count : count == segments.count else {
      return false
    }
    for (segment, range) in zip(segments, target.segments) {
      if case .literal(let bytes) = segment, !target.bytes[range].elementsEqual(bytes) {
        return false
      }
    }
    return true
  }

  /// True if whatever `other` matches, this matches too.
  func covers(_ other: RoutePattern) -> Bool {
    guard
      isOpen
        ? other.segments.count >= segments.count
        : !other.isOpen && other.segments.count == segments.count
    else { return false }
    return zip(segments, other.segments).allSatisfy { $0 == .any || $0 == $1 }
  }
}
