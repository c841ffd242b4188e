import EventLog
import Glibc
import Testing

@Suite("The lock on a data directory")
struct LockTests {
  @Test("A second writer is refused and told who has the lock")
  func secondWriter() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/lock"
    #expect(try DirectoryLock.holder(path: path) == nil, "no lock file")
    let expected = LockHolder(pid: getpid(), program: "first program")
    do {
      let lock = try DirectoryLock(path: path, program: "first program")
      #expect(throws: LogError.locked(expected)) {
        _ = try DirectoryLock(path: path, program: "second")
      }
      #expect(try DirectoryLock.holder(path: path) == expected)
      #expect("\(expected)" == "first program (pid \(getpid()))")
      withExtendedLifetime(lock) {}
    }
    #expect(try DirectoryLock.holder(path: path) == nil, "the lock was released")
    let lock = try DirectoryLock(path: path, program: "third")
    #expect(try DirectoryLock.holder(path: path)?.program == "third")
    withExtendedLifetime(lock) {}
  }

  @Test("Asking for the holder does not keep a writer from starting")
  func probeDoesNotDisturb() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/lock"
    do { _ = try DirectoryLock(path: path, program: "first") }
    let probe = open(path, O_RDONLY)
    defer { close(probe) }
    #expect(flock(probe, LOCK_SH | LOCK_NB) == 0)
    #expect(try DirectoryLock.holder(path: path) == nil, "a probe is no holder")
  }
}
