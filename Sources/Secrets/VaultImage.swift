/// The bytes of the file `vault`: a header of 64 bytes, then entries of 64 bytes (see
/// `VaultEntryCodec`).
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 8 | magic `KLVAULT` and a newline |
/// | 8 | 4 | version, 1, little-endian |
/// | 12 | 48 | zero |
/// | 60 | 4 | CRC-32 of the bytes before, little-endian |
///
/// New entries are appended in batches, each made durable by one fdatasync before the next is
/// written. A file without its last part, or with entries of the last batch all zero, was torn by
/// a crash: those entries were never used. Everything else that does not check is damage.
enum VaultImage {
  private static let magic = [UInt8]("KLVAULT\n".utf8)
  private static let version: UInt32 = 1
  private static let headerByteCount = VaultEntryCodec.byteCount

  /// What a vault file holds.
  struct Contents {
    var entries: [VaultEntry]
    /// True if a crash left something after the last entry, which the next writer cuts off.
    var isTorn: Bool
  }

  static func offset(ofEntry index: Int) -> Int {
    headerByteCount + index * VaultEntryCodec.byteCount
  }

  /// A whole file. Each entry is a batch of its own: all become durable before the file has its
  /// name, so none of them can be torn.
  static func encode(_ entries: [VaultEntry]) -> [UInt8] {
    var output = header
    output.reserveCapacity(offset(ofEntry: entries.count))
    for (index, entry) in entries.enumerated() {
      let place = VaultPlace(index: UInt32(index), batchStart: UInt32(index))
      VaultEntryCodec.append(entry, at: place, to: &output)
    }
    return output
  }

  /// The bytes to append for entries that are made durable together.
  static func encodeBatch(_ entries: [VaultEntry], at start: Int) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(entries.count * VaultEntryCodec.byteCount)
    for (number, entry) in entries.enumerated() {
      let place = VaultPlace(index: UInt32(start + number), batchStart: UInt32(start))
      VaultEntryCodec.append(entry, at: place, to: &output)
    }
    return output
  }

  static func decode(_ bytes: [UInt8], path: String) throws(SecretsError) -> Contents {
    guard bytes.prefix(headerByteCount).elementsEqual(header) else {
      let same = zip(bytes, header).prefix { $0 == $1 }.count
      throw .damaged(path: path, offset: same, expected: "a vault header of version \(version)")
    }
    let count = (bytes.count - headerByteCount) / VaultEntryCodec.byteCount
    var entries: [VaultEntry] = []
    entries.reserveCapacity(count)
    var firstUnwritten: Int?
    for index in 0..<count {
      let start = offset(ofEntry: index)
      let stored = bytes[start..<(start + VaultEntryCodec.byteCount)]
      if stored.allSatisfy({ $0 == 0 }) {
        firstUnwritten = firstUnwritten ?? index
        continue
      }
      guard let (entry, place) = VaultEntryCodec.decode(stored), place.index == index,
        place.batchStart <= index
      else { throw .damaged(path: path, offset: start, expected: "entry \(index)") }
      guard let unwritten = firstUnwritten else {
        entries.append(entry)
        continue
      }
      // A later batch proves that the entry which is all zero had been durable.
      guard place.batchStart <= unwritten else {
        throw .damaged(
          path: path, offset: offset(ofEntry: unwritten), expected: "entry \(unwritten)")
      }
    }
    return Contents(entries: entries, isTorn: offset(ofEntry: entries.count) != bytes.count)
  }

  private static let header: [UInt8] = {
    var output = magic
    LittleEndian.append(version, to: &output)
    let checksumOffset = headerByteCount - MemoryLayout<UInt32>.size
    output.append(contentsOf: repeatElement(0, count: checksumOffset - output.count))
    LittleEndian.append(CRC32.checksum(output), to: &output)
    return output
  }()
}
