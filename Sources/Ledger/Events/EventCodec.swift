extension Event {
  /// One SHA-256 block with the leaf prefix: what a live request record without optional ids
  /// stays within, in bytes.
  package static let requestRecordLimit = 54

  /// The bound on a record, in bytes: tiles put a 16-bit length in front of each.
  package static let recordLimit = 65_535

  private enum Field {
    static let recorded = 1
    static let origin = 2
    static let actor = 3
  }

  /// Appends the record's bytes.
  package func encode(to bytes: inout [UInt8]) throws(WireError) {
    var encoder = WireEncoder(continuing: bytes)
    bytes = []
    defer { bytes = encoder.finish() }
    encoder.tag(Field.recorded, .varint)
    encoder.varint(recorded.varint)
    if var origin {
      try encoder.delimited(Field.origin) { (encoder) throws(WireError) in
        try origin.visit(&encoder)
      }
    }
    if var actor {
      try encoder.delimited(Field.actor) { (encoder) throws(WireError) in
        try actor.visit(&encoder)
      }
    }
    try body.encode(into: &encoder)
  }

  /// Reads a record. A second event in one record replaces the first, as for any `oneof`.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = WireReader(bytes)
    var recorded: Timestamp?
    var origin: Origin?
    var actor: Actor?
    var body: EventBody?
    while !reader.isAtEnd {
      let (number, type) = try reader.tag()
      switch (number, type) {
      case (Field.recorded, .varint): recorded = Timestamp(varint: try reader.varint())
      case (Field.origin, .lengthDelimited):
        origin = try WireDecoder.decode(Origin.self, from: try reader.delimited())
      case (Field.actor, .lengthDelimited):
        actor = try WireDecoder.decode(Actor.self, from: try reader.delimited())
      case (Field.recorded...Field.actor, _): throw .wrongWireType(field: number)
      case (_, .lengthDelimited):
        let field = try reader.delimited()
        if let kind = UInt8(exactly: number).flatMap(EventType.init(rawValue:)) {
          body = try EventBody(kind, decoding: field)
        }
      default: try reader.skip(type)
      }
    }
    guard let body else { throw .unknownEvent }
    self.init(recorded: recorded ?? .absent, origin: origin, actor: actor, body: body)
  }
}
