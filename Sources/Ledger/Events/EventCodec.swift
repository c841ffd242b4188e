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
    if recorded != .absent {
      encoder.tag(Field.recorded, .varint)
      encoder.varint(recorded.varint)
    }
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

  /// Reads a record. What stands in it twice, which we never write, means what protobuf says, so
  /// that two readers cannot read different things: messages are merged, another event replaces.
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
        var merged = origin ?? Origin()
        try WireDecoder.decode(into: &merged, from: try reader.delimited())
        origin = merged
      case (Field.actor, .lengthDelimited):
        var merged = actor ?? Actor()
        try WireDecoder.decode(into: &merged, from: try reader.delimited())
        actor = merged
      case (Field.recorded...Field.actor, _): throw .wrongWireType(field: number)
      case (_, .lengthDelimited):
        let field = try reader.delimited()
        if let kind = UInt8(exactly: number).flatMap(EventType.init(rawValue:)) {
          if let held = body, held.type == kind {
            body = try held.merging(field)
          } else {
            body = try EventBody(kind, decoding: field)
          }
        }
      default: try reader.skip(type)
      }
    }
    guard let body else { throw .unknownEvent }
    self.init(recorded: recorded ?? .absent, origin: origin, actor: actor, body: body)
  }
}

extension EventBody {
  /// The event with more fields of it: what reading both encodings one after the other gives.
  fileprivate func merging(_ more: UnsafeRawBufferPointer) throws(WireError) -> EventBody {
    var encoder = WireEncoder()
    try encode(into: &encoder)
    let field = encoder.finish()
    return try field.withUnsafeBufferPointer { (field) throws(WireError) in
      var reader = WireReader(UnsafeRawBufferPointer(field))
      _ = try reader.tag()
      let whole = Array(try reader.delimited()) + Array(more)
      return try whole.withUnsafeBufferPointer { (whole) throws(WireError) in
        try EventBody(type, decoding: UnsafeRawBufferPointer(whole))
      }
    }
  }
}
