/// A request and its decision. This is the hot record: it has an encoder and a decoder of its own
/// beside `visit`, which stays the description that tests compare with the schema.
package struct RequestDecided: Message, Equatable {
  package var key: KeyOrdinal?
  /// Absent where it is the one of the record that introduced the key.
  package var organization: OrganizationOrdinal?
  /// Absent where it is the one of the record that introduced the key.
  package var user: UserOrdinal?
  package var operation = OperationOrdinal.absent
  package var client: ClientOrdinal?
  package var reason = Reason.unspecified
  package var credential = CredentialKind.unspecified
  package var address = AddressVerdict.unspecified
  package var profile: ProfileOrdinal?
  package var profileVersion: UInt32 = 0
  /// The error code of imported history, as it was given, whatever the decision.
  package var errorCode: String?
  package var type = RequestType.unspecified
  /// The key this request created or changed.
  package var targetKey: KeyOrdinal?
  /// Credits charged.
  package var charged: UInt64 = 0
  /// The API's own id of the request, if it sent one.
  package var requestID: String?
  package var tenant = TenantVerdict.unspecified
  /// Keyed hash of the `jti` of a session that is denied.
  package var session: Tag?

  package init() {}

  package init(operation: OperationOrdinal, reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "organization", &organization)
    try fields.field(3, "user", &user)
    try fields.field(4, "operation", &operation)
    try fields.field(5, "client", &client)
    try fields.field(6, "reason", &reason)
    try fields.field(7, "credential", &credential)
    try fields.field(8, "address", &address)
    try fields.field(9, "profile", &profile)
    try fields.field(10, "profile_version", &profileVersion)
    try fields.field(11, "error_code", &errorCode)
    try fields.field(12, "type", &type)
    try fields.field(13, "target_key", &targetKey)
    try fields.field(14, "charged", &charged)
    try fields.field(15, "request_id", &requestID)
    try fields.field(16, "tenant", &tenant)
    try fields.field(17, "session", &session)
  }

  /// Reads the fields in one pass instead of asking every field at every tag.
  package init(decoding bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = WireReader(bytes)
    while !reader.isAtEnd {
      let (number, type) = try reader.tag()
      switch (number, type) {
      case (1, .varint): key = try reader.value(number)
      case (2, .varint): organization = try reader.value(number)
      case (3, .varint): user = try reader.value(number)
      case (4, .varint): operation = try reader.value(number)
      case (5, .varint): client = try reader.value(number)
      case (6, .varint): reason = try reader.value(number)
      case (7, .varint): credential = try reader.value(number)
      case (8, .varint): address = try reader.value(number)
      case (9, .varint): profile = try reader.value(number)
      case (10, .varint): profileVersion = try reader.value(number)
      case (11, .lengthDelimited): errorCode = try reader.text(number)
      case (12, .varint): self.type = try reader.value(number)
      case (13, .varint): targetKey = try reader.value(number)
      case (14, .varint): charged = try reader.value(number)
      case (15, .lengthDelimited): requestID = try reader.text(number)
      case (16, .varint): tenant = try reader.value(number)
      case (17, .lengthDelimited): session = try reader.tag(number)
      case (1...17, _): throw .wrongWireType(field: number)
      default: try reader.skip(type)
      }
    }
  }
}

extension WireReader {
  fileprivate mutating func value<T: VarintValue>(_ number: Int) throws(WireError) -> T {
    guard let value = T(varint: try varint()) else { throw .valueOutOfRange(field: number) }
    return value
  }

  fileprivate mutating func tag(_ number: Int) throws(WireError) -> Tag {
    guard let tag = Tag(wireBytes: try delimited()) else { throw .valueOutOfRange(field: number) }
    return tag
  }

  fileprivate mutating func text(_ number: Int) throws(WireError) -> String {
    guard let text = String(wireBytes: try delimited()) else { throw .invalidUTF8(field: number) }
    return text
  }
}
