internal import Foundation
internal import LedgerStore

/// The socket in a data directory at which a running service takes commands.
enum ControlSocket {
  /// Whether somebody listens. A file that a killed service left behind is nobody's.
  static func isAnswered(_ path: String) throws -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let room = MemoryLayout.size(ofValue: address.sun_path) - 1
    // Nobody can listen at a path that does not fit.
    guard bytes.count <= room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { close(descriptor) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return true }
    switch errno {
    case ENOENT, ENOTDIR, ECONNREFUSED: return false
    default: throw failure(path, errno)
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> Failure {
    let isPermission = code == EACCES || code == EPERM
    return Failure(
      code: isPermission ? ExitStatus.notAuthorized : ExitStatus.error,
      line: "\(path): \(String(cString: strerror(code)))")
  }
}
