/// Orders changes of one thing when history arrives late: by when they happened, then by the
/// source's own id. Live changes have an empty id; among equals the later record wins.
package struct Stamp: Message, Hashable, Comparable {
  package var happened = Timestamp.absent
  package var source: String?

  package init() {}

  package init(happened: Timestamp, source: String) {
    self.happened = happened
    self.source = source.isEmpty ? nil : source
  }

  package static func < (a: Stamp, b: Stamp) -> Bool {
    if a.happened != b.happened { return a.happened < b.happened }
    return bytesPrecede(a.source ?? "", b.source ?? "")
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "happened", &happened)
    try fields.field(2, "source", &source)
  }
}

/// Order by UTF-8 bytes: the same on every machine, whatever Unicode version is installed.
package func bytesPrecede(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}
