internal import Ledger
internal import LedgerStore
internal import Synchronization

/// What requests share.
final class GatewayCore: Sendable {
  let writer: LedgerWriter
  let settings: Settings
  let profiles: ProfileRegistry
  let decider: RequestDecider
  let tokens: TokenTable
  let administration: Administration
  let desk: ReadDesk
  let trustedProxies: [AddressRange]
  /// User ids that administer through the control socket: root's and the service's own.
  let operators: Set<UInt32>
  private let stopping = Atomic(false)

  init(
    _ writer: LedgerWriter, _ settings: Settings, profiles: ProfileRegistry, door: SessionDoor,
    operators: Set<UInt32>
  ) {
    self.writer = writer
    self.settings = settings
    self.profiles = profiles
    self.operators = operators
    decider = RequestDecider(writer: writer, sessions: door)
    tokens = TokenTable(writer)
    administration = Administration(writer)
    desk = ReadDesk(writer.directory)
    trustedProxies = settings.trustedProxies.compactMap { AddressRange($0) }
  }

  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  func stop() { stopping.store(true, ordering: .relaxed) }
}
