/// A view of one value of a `JSONText`.
struct JSONValue {
  let text: JSONText
  let index: Int

  var isObject: Bool { text.nodes[index].kind == .object }

  /// The member of that name; nil if there is none or this is no object. O(members).
  subscript(name: StaticString) -> JSONValue? {
    guard isObject else { return nil }
    let end = Int(text.nodes[index].next)
    var key = index + 1
    while key < end {
      let value = key + 1
      if text.content(key, equals: name) { return JSONValue(text: text, index: value) }
      key = Int(text.nodes[value].next)
    }
    return nil
  }

  /// The string, or nil by rule 1 or because it is no string.
  var string: String? {
    guard text.nodes[index].kind == .string, !text.isNone(index) else { return nil }
    return String(decoding: text.content(index), as: UTF8.self)
  }

  /// A whole number, also where a pipeline made it a string.
  var integer: Int64? {
    switch text.nodes[index].kind {
    case .number, .string: Int64(String(decoding: text.content(index), as: UTF8.self))
    default: nil
    }
  }
}
