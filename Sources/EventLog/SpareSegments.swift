import Dispatch
import Synchronization

/// The files of zeros that the next segments will be made of. They are the reserve for a full
/// disk: a writer that has one can begin a segment without asking for space.
final class SpareSegments: Sendable {
  struct Spare {
    let name: String
    /// Bytes.
    let size: UInt64
  }

  private struct State {
    var spares: [Spare] = []
    var problem: LogError?
  }

  private let directory: String
  private let disk: any Disk
  private let capacity: UInt64
  private let queue: DispatchQueue?
  private let state = Mutex(State())

  init(_ directory: String, _ disk: any Disk, _ options: LogOptions) {
    self.directory = directory
    self.disk = disk
    capacity = options.capacity()
    queue =
      options.sparePreparation == .background
      ? DispatchQueue(label: "keyledger.spare", qos: .utility) : nil
  }

  /// Why there is no spare; nil if there is one.
  var problem: LogError? { state.withLock { $0.problem } }

  /// Takes over the spares that an earlier writer left. What is not all zero is cleared or
  /// removed.
  func adopt(_ names: [String]) throws(LogError) {
    do {
      for name in names where SegmentName.isSpare(name) {
        guard try isUsable(name) else {
          try disk.removeIfThere("\(directory)/\(name)")
          continue
        }
        let size = try disk.with("\(directory)/\(name)", .read) { file throws(DiskError) in
          try disk.size(of: file)
        }
        state.withLock { $0.spares.append(Spare(name: name, size: size)) }
      }
    } catch {
      throw .io(error)
    }
  }

  /// True if the file is all zero but for a header in its first sector, which is cleared: it was
  /// written for a segment that was never begun.
  private func isUsable(_ name: String) throws(DiskError) -> Bool {
    guard name != SegmentName.newSpare else { return false }
    return try disk.with("\(directory)/\(name)", .readWrite) { file throws(DiskError) in
      let size = try disk.size(of: file)
      guard size >= UInt64(LogFormat.minSegmentCapacity), size % UInt64(LogFormat.sectorSize) == 0
      else { return false }
      let header = UInt64(SegmentHeader.size)
      guard try disk.isAllZero(file, header..<size) else { return false }
      if try !disk.isAllZero(file, 0..<header) {
        try disk.writeZeros(file, 0..<header)
        try disk.sync(file)
      }
      return true
    }
  }

  /// Sees to one spare, as the options say when. No failure here is one of the writer's.
  func prepare() {
    guard let queue else { return prepareNow() }
    queue.async { self.prepareNow() }
  }

  private func prepareNow() {
    do {
      try add(upTo: 1, size: 0)
      state.withLock { $0.problem = nil }
    } catch {
      let problem: LogError = error.isDiskFull ? .diskFull(error) : .io(error)
      state.withLock { $0.problem = problem }
    }
  }

  /// Waits for what `prepare` began.
  func settle() {
    queue?.sync {}
  }

  /// Makes sure of `count` spares of at least `size` bytes, before anything depends on them.
  /// Throws `.diskFull` or `.io`.
  func reserve(_ count: Int, size: UInt64) throws(LogError) {
    settle()
    do {
      for (index, spare) in state.withLock({ $0.spares }).enumerated() where spare.size < size {
        try grow(spare, to: size)
        state.withLock { $0.spares[index] = Spare(name: spare.name, size: size) }
      }
      try add(upTo: count, size: size)
    } catch {
      throw error.isDiskFull ? .diskFull(error) : .io(error)
    }
  }

  /// A spare, which is the caller's from here on.
  func take() -> Spare? {
    settle()
    return state.withLock { $0.spares.isEmpty ? nil : $0.spares.removeFirst() }
  }

  /// Takes back a spare of which no more than the header was written.
  func giveBack(_ spare: Spare) {
    state.withLock { $0.spares.insert(spare, at: 0) }
  }

  private func add(upTo count: Int, size: UInt64) throws(DiskError) {
    let bytes = max(size, capacity)
    while true {
      let names = state.withLock { $0.spares.map(\.name) }
      guard names.count < count else { return }
      var number = 0
      while names.contains(SegmentName.spare(number)) { number += 1 }
      let name = SegmentName.spare(number)
      try disk.makeZeroFile(directory, name, via: SegmentName.newSpare, size: bytes)
      state.withLock { $0.spares.append(Spare(name: name, size: bytes)) }
    }
  }

  private func grow(_ spare: Spare, to size: UInt64) throws(DiskError) {
    try disk.with("\(directory)/\(spare.name)", .readWrite) { file throws(DiskError) in
      do throws(DiskError) {
        try disk.writeZeros(file, spare.size..<size)
        try disk.sync(file)
      } catch {
        try disk.truncate(file, to: spare.size)
        throw error
      }
    }
  }
}
