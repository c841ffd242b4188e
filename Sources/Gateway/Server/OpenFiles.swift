internal import Glibc

/// How many connections may be open, so that the log always finds a file descriptor.
enum OpenFiles {
  /// For the log, SQLite, readers, imports and the control socket.
  private static let reserve: UInt = 256
  private static let fewest: UInt = 16

  /// Raises the process's limit as far as it may go (`getrlimit(2)`), and leaves the reserve.
  static func connections() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return Int(reserve)
    }
    if limit.rlim_cur < limit.rlim_max {
      limit.rlim_cur = limit.rlim_max
      _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    let all = UInt(min(limit.rlim_cur, 1_000_000))
    return Int(max(all - min(all, reserve), fewest))
  }
}
