import Ledger
import Testing

@Suite("The size of a request record")
struct RequestRecordTests {
  /// Ordinals up to 2^21: two million of each kind of thing.
  private static let ordinals: [UInt32] = [0, 127, 16_384, (1 << 21) - 1, 1 << 21]

  @Test("A live request without optional ids fits one SHA-256 block", arguments: ordinals)
  func liveRequest(ordinal: UInt32) throws {
    var request = RequestDecided(operation: OperationOrdinal(ordinal), reason: .rateLimited)
    request.key = KeyOrdinal(ordinal)
    request.client = ClientOrdinal(ordinal)
    request.credential = .apiKey
    request.address = .outside
    request.tenant = .same
    request.profile = ProfileOrdinal(UInt32(1_000))
    request.profileVersion = 100_000
    request.charged = 1_000_000
    // The year 2200.
    let event = Event(recorded: Timestamp(seconds: 7_258_118_400), body: .requestDecided(request))
    #expect(Event.requestRecordLimit == 54)
    #expect(try encoded(event).count <= Event.requestRecordLimit)
  }

  @Test("A live request by session, with organization and user, fits as well", arguments: ordinals)
  func sessionRequest(ordinal: UInt32) throws {
    var request = RequestDecided(operation: OperationOrdinal(ordinal), reason: .allowed)
    request.organization = OrganizationOrdinal(ordinal)
    request.user = UserOrdinal(ordinal)
    request.client = ClientOrdinal(ordinal)
    request.credential = .session
    request.address = .notChecked
    request.tenant = .same
    request.charged = 1_000_000
    request.profile = ProfileOrdinal(UInt32(1_000))
    request.profileVersion = 100_000
    let event = Event(recorded: time(), body: .requestDecided(request))
    #expect(try encoded(event).count <= Event.requestRecordLimit)
  }
}
