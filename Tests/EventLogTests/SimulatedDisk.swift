import EventLog
import Glibc
import Synchronization

/// A disk in memory. What was not synced may be lost at a crash, sector by sector and in any
/// order, as the seed decides; operations can be made to fail.
final class SimulatedDisk: Disk {
  /// What goes wrong, and when: counted in operations that change something, from 0.
  struct Fault: Sendable {
    enum Kind: Sendable {
      /// The power goes: this operation and all after it fail.
      case powerLoss
      /// This one fails with the code; a write may have happened in part, a sync lost its pages.
      case failure(Int32)
      /// From here on everything that needs space fails, until the fault is lifted.
      case diskFull
    }
    let operation: Int
    let kind: Kind
  }

  private struct Inode {
    var durable: [UInt8] = []
    var current: [UInt8] = []
    /// Sectors of `current` that may reach the disk at any time.
    var dirty: Set<Int> = []
    var isSizeDirty = false
  }

  private struct State {
    var inodes: [Int: Inode] = [:]
    var names: [String: Int] = [:]
    /// The directory as it was after 0, 1, … operations since the last sync of it.
    var nameHistory: [[String: Int]] = [[:]]
    var files: [Int32: Int] = [:]
    var nextInode = 0
    var nextFile: Int32 = 3
    var operations = 0
    var fault: Fault?
    var isOff = false
    var random: SplitMix
  }

  private static let sector = 512
  private let state: Mutex<State>

  init(seed: UInt64 = 0, fault: Fault? = nil) {
    state = Mutex(State(fault: fault, random: SplitMix(state: seed)))
  }

  /// A disk with these files, all durable.
  convenience init(files: [String: [UInt8]]) {
    self.init()
    state.withLock { state in
      for (path, bytes) in files {
        state.inodes[state.nextInode] = Inode(durable: bytes, current: bytes)
        state.names[path] = state.nextInode
        state.nextInode += 1
      }
      state.nameHistory = [state.names]
    }
  }

  /// Operations so far that change something.
  var operations: Int { state.withLock { $0.operations } }

  var isOff: Bool { state.withLock { $0.isOff } }

  /// Path and content of each file, as the operating system shows them.
  var files: [String: [UInt8]] {
    state.withLock { state in state.names.mapValues { state.inodes[$0]!.current } }
  }

  func set(_ fault: Fault?) { state.withLock { $0.fault = fault } }

  /// What is found after the power went.
  func afterCrash(seed: UInt64) -> SimulatedDisk {
    state.withLock { state in
      var random = SplitMix(state: seed)
      let names = state.nameHistory.randomElement(using: &random)!
      var files: [String: [UInt8]] = [:]
      for (path, number) in names.sorted(by: { $0.key < $1.key }) {
        let inode = state.inodes[number]!
        var size = inode.durable.count
        if inode.isSizeDirty, Bool.random(using: &random) { size = inode.current.count }
        var bytes = Self.resized(inode.durable, size)
        for sector in inode.dirty.sorted() where Bool.random(using: &random) {
          Self.copySector(sector, from: inode.current, to: &bytes)
        }
        files[path] = bytes
      }
      return SimulatedDisk(files: files)
    }
  }

  private static func resized(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
    Array(bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - bytes.count))
  }

  private static func copySector(_ sector: Int, from source: [UInt8], to target: inout [UInt8]) {
    let start = sector * Self.sector
    let end = min(start + Self.sector, source.count, target.count)
    if start < end { target.replaceSubrange(start..<end, with: source[start..<end]) }
  }

  /// Counts an operation that changes something; true if it is to fail with the code.
  private func step(
    _ state: inout State, _ operation: DiskError.Operation, _ path: String, needsSpace: Bool
  ) throws(DiskError) -> Int32? {
    if state.isOff { throw DiskError(operation, path, code: EIO) }
    let number = state.operations
    state.operations += 1
    guard let fault = state.fault, number >= fault.operation else { return nil }
    switch fault.kind {
    case .powerLoss:
      state.isOff = true
      return EIO
    case .failure(let code): return number == fault.operation ? code : nil
    case .diskFull: return needsSpace ? ENOSPC : nil
    }
  }

  private func locked<R: Sendable>(
    _ body: (inout sending State) throws(DiskError) -> sending R
  ) throws(DiskError) -> R {
    let result: Result<R, DiskError> = state.withLock { state in
      do throws(DiskError) { return .success(try body(&state)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  func open(_ path: String, _ access: DiskAccess) throws(DiskError) -> DiskFile {
    try locked { state throws(DiskError) in
      if case .create = access {
        let code = try step(&state, .open, path, needsSpace: state.names[path] == nil)
        if let code { throw DiskError(.open, path, code: code) }
        if let number = state.names[path] {
          state.inodes[number]!.current = []
          state.inodes[number]!.isSizeDirty = true
        } else {
          state.inodes[state.nextInode] = Inode()
          state.names[path] = state.nextInode
          state.nameHistory.append(state.names)
          state.nextInode += 1
        }
      }
      guard !state.isOff else { throw DiskError(.open, path, code: EIO) }
      guard let number = state.names[path] else { throw DiskError(.open, path, code: ENOENT) }
      let file = DiskFile(number: state.nextFile, path: path)
      state.nextFile += 1
      state.files[file.number] = number
      return file
    }
  }

  func close(_ file: DiskFile) { state.withLock { $0.files[file.number] = nil } }

  func size(of file: DiskFile) throws(DiskError) -> UInt64 {
    try locked { state throws(DiskError) in
      UInt64(state.inodes[state.files[file.number]!]!.current.count)
    }
  }

  func read(
    _ file: DiskFile, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(DiskError) -> Int {
    let bytes = try locked { state throws(DiskError) in
      if state.isOff { throw DiskError(.read, file.path, code: EIO) }
      return state.inodes[state.files[file.number]!]!.current
    }
    let start = min(bytes.count, Int(offset))
    let end = min(bytes.count, start + buffer.count)
    bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[start..<end])) }
    return end - start
  }

  func write(
    _ file: DiskFile, at offset: UInt64, _ bytes: UnsafeRawBufferPointer
  ) throws(DiskError) {
    let content = [UInt8](bytes)
    try locked { state throws(DiskError) in
      let start = Int(offset)
      let end = start + content.count
      let number = state.files[file.number]!
      let grows = end > state.inodes[number]!.current.count
      let code = try step(&state, .write, file.path, needsSpace: grows)
      var inode = state.inodes[number]!
      let before = inode.current
      if grows, code != ENOSPC {
        inode.current = Self.resized(inode.current, end)
        inode.isSizeDirty = true
      }
      if code != ENOSPC || !grows {
        inode.current.replaceSubrange(start..<end, with: content)
        for sector in start / Self.sector...(end - 1) / Self.sector {
          if code != nil, Bool.random(using: &state.random) {
            Self.copySector(sector, from: before, to: &inode.current)
          } else {
            inode.dirty.insert(sector)
          }
        }
      }
      state.inodes[number] = inode
      if let code { throw DiskError(.write, file.path, code: code) }
    }
  }

  func syncData(_ file: DiskFile) throws(DiskError) { try sync(file, .fdatasync) }
  func sync(_ file: DiskFile) throws(DiskError) { try sync(file, .fsync) }

  private func sync(
    _ file: DiskFile, _ operation: DiskError.Operation
  ) throws(DiskError) {
    try locked { state throws(DiskError) in
      let number = state.files[file.number]!
      let code = try step(&state, operation, file.path, needsSpace: false)
      if let code, state.isOff { throw DiskError(operation, file.path, code: code) }
      var inode = state.inodes[number]!
      // After a failure some pages are on disk, the others are lost though they can be read.
      inode.durable = Self.resized(inode.durable, inode.current.count)
      for sector in inode.dirty where code == nil || Bool.random(using: &state.random) {
        Self.copySector(sector, from: inode.current, to: &inode.durable)
      }
      inode.dirty = []
      inode.isSizeDirty = false
      state.inodes[number] = inode
      if let code { throw DiskError(operation, file.path, code: code) }
    }
  }

  func truncate(_ file: DiskFile, to size: UInt64) throws(DiskError) {
    try locked { state throws(DiskError) in
      let code = try step(&state, .truncate, file.path, needsSpace: false)
      if let code { throw DiskError(.truncate, file.path, code: code) }
      let number = state.files[file.number]!
      state.inodes[number]!.current = Self.resized(state.inodes[number]!.current, Int(size))
      state.inodes[number]!.isSizeDirty = true
    }
  }

  func syncDirectory(_ path: String) throws(DiskError) {
    try locked { state throws(DiskError) in
      let code = try step(&state, .syncDirectory, path, needsSpace: false)
      if let code { throw DiskError(.syncDirectory, path, code: code) }
      state.nameHistory = [state.names]
    }
  }

  func rename(_ path: String, to target: String) throws(DiskError) {
    try changeNames(.rename, path) { names in
      guard let number = names.removeValue(forKey: path) else { return false }
      names[target] = number
      return true
    }
  }

  func remove(_ path: String) throws(DiskError) {
    try changeNames(.remove, path) { $0.removeValue(forKey: path) != nil }
  }

  private func changeNames(
    _ operation: DiskError.Operation, _ path: String, _ change: (inout [String: Int]) -> Bool
  ) throws(DiskError) {
    try locked { state throws(DiskError) in
      let code = try step(&state, operation, path, needsSpace: false)
      if let code { throw DiskError(operation, path, code: code) }
      guard change(&state.names) else { throw DiskError(operation, path, code: ENOENT) }
      state.nameHistory.append(state.names)
    }
  }

  func list(_ directory: String) throws(DiskError) -> [String] {
    try locked { state throws(DiskError) in
      if state.isOff { throw DiskError(.list, directory, code: EIO) }
      return state.names.keys.compactMap { path in
        path.hasPrefix(directory + "/") ? String(path.dropFirst(directory.count + 1)) : nil
      }
    }
  }
}

/// SplitMix64: small, seeded, good enough to choose.
struct SplitMix: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
