internal import Glibc
internal import Hummingbird
internal import NIOCore

/// What a request comes with besides HTTP: its connection.
struct GatewayContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// The address of the other end; `nil` on a Unix socket.
  var peerAddress: String? { channel.remoteAddress?.ipAddress }

  /// The user id of the process at the other end of a Unix socket (`unix(7)`, `SO_PEERCRED`).
  func peerUserID() async -> UInt32? {
    guard let options = channel as? any SocketOptionProvider else { return nil }
    let credentials: Result<PeerCredentials, any Error>
    do {
      credentials = .success(
        try await options.unsafeGetSocketOption(
          level: .init(SOL_SOCKET), name: .init(SO_PEERCRED)
        ).get())
    } catch { credentials = .failure(error) }
    switch credentials {
    case .success(let peer): return peer.uid
    case .failure: return nil
    }
  }
}

/// `struct ucred` of Linux, which the Glibc module leaves out.
private struct PeerCredentials: Sendable {
  var pid: Int32 = 0
  var uid: UInt32 = 0
  var gid: UInt32 = 0
}
