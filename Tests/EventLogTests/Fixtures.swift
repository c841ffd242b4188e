import EventLog
import Glibc
import Testing
import Transparency

let testLogID = [UInt8](0..<16)
/// The smallest segments, with everything in the caller's thread.
let smallSegments = LogOptions(segmentCapacity: 64 * 1024, sparePreparation: .inline)
/// Where simulated disks have the log.
let simulatedDirectory = "/log"

/// A directory that is removed with everything in it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    var template = Array("/tmp/eventlog-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw DiskError(.open, "/tmp", code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    let disk = PosixDisk()
    for name in (try? disk.list(path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}

/// The test record with a number: its length and bytes follow from the number. Some are empty,
/// some compress, some do not.
func record(_ number: Int) -> [UInt8] {
  let length = number % 7 == 3 ? 0 : 20 + number % 40
  var random = SplitMix(state: UInt64(number))
  return (0..<length).map {
    number % 2 == 0
      ? UInt8(truncatingIfNeeded: number &+ $0 % 5) : UInt8.random(in: 0...255, using: &random)
  }
}

/// Some hundred longer test records, made once: a few of them fill a segment.
let longRecords: [[UInt8]] = (0..<900).map { number in
  number % 7 == 3 ? [] : noise(100 + number % 40 * 12, seed: UInt64(number))
}

/// Bytes that do not compress.
func noise(_ length: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = SplitMix(state: seed)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(length + 8)
  while bytes.count < length {
    withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
  }
  return Array(bytes.prefix(length))
}

/// The root of the tree of the first `size` test records.
func root(ofFirst size: Int) -> Digest {
  var tree = CompactRange(begin: 0)
  for number in 0..<size { tree.append(MerkleTree.leaf(record(number))) }
  return tree.root()
}

extension RecordBatch {
  init(numbers: Range<Int>) {
    self.init()
    for number in numbers { append(number: number) }
  }

  init(long numbers: Range<Int>) {
    self.init()
    for number in numbers { append(bytes: longRecords[number], at: number) }
  }

  /// Adds the test record with a number.
  mutating func append(number: Int, joinsPrevious: Bool = false) {
    append(bytes: record(number), at: number, joinsPrevious: joinsPrevious)
  }

  mutating func append(bytes: [UInt8], at time: Int = 0, joinsPrevious: Bool = false) {
    append(
      recorded: Int64(time), happened: Int64(1_000_000 - time),
      summary: 1 << UInt64(time % 64), joinsPrevious: joinsPrevious
    ) { $0 += bytes }
  }
}

extension LogReader {
  func records(from: UInt64 = 0, to: UInt64? = nil) throws -> [[UInt8]] {
    var records: [[UInt8]] = []
    try forEach(from: from, to: to) { sequence, bytes in
      #expect(sequence == from + UInt64(records.count))
      records.append([UInt8](bytes))
    }
    return records
  }
}

extension LogWriter {
  /// `append` as a value.
  mutating func result(of batch: RecordBatch, stopping: Bool = false) -> Result<UInt64, LogError> {
    do throws(LogError) {
      return .success(try append(batch, stopping: stopping))
    } catch {
      return .failure(error)
    }
  }
}

/// A log on a simulated disk, with the numbered test records.
func makeLog(
  on disk: any Disk = SimulatedDisk(), options: LogOptions = smallSegments,
  batches: [Range<Int>] = [], stopping: Bool = false
) throws -> any Disk {
  try LogWriter.create(
    directory: simulatedDirectory, logID: testLogID, options: options, disk: disk)
  var writer = try LogWriter(
    opening: simulatedDirectory, signedSize: 0, options: options, disk: disk)
  for (index, numbers) in batches.enumerated() {
    _ = try writer.append(
      RecordBatch(numbers: numbers), stopping: stopping && index == batches.count - 1)
  }
  return disk
}

func openLog(
  _ disk: any Disk, signedSize: UInt64 = 0, options: LogOptions = smallSegments
) throws(LogError) -> LogWriter {
  try LogWriter(
    opening: simulatedDirectory, signedSize: signedSize, options: options, disk: disk)
}

/// The size of the log if it opens for writing, as a value.
func opened(_ disk: any Disk, signedSize: UInt64 = 0) -> Result<UInt64, LogError> {
  do throws(LogError) {
    return .success(try openLog(disk, signedSize: signedSize).size)
  } catch {
    return .failure(error)
  }
}

func readLog(_ disk: any Disk) throws(LogError) -> LogReader {
  try LogReader(directory: simulatedDirectory, disk: disk)
}

func verifyLog(_ disk: any Disk, rootsAt: Set<UInt64> = []) -> VerifyReport {
  LogVerifier.verify(directory: simulatedDirectory, disk: disk, rootsAt: rootsAt)
}

/// Runs of `step` numbers that together are 0..<count.
func runs(of step: Int, upTo count: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: step).map { $0..<min($0 + step, count) }
}

/// CRC32C, bit by bit: independent of the code under test.
func crc32c(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
  }
  return ~crc
}
