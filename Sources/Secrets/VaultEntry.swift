/// One key in the vault.
enum VaultEntry: Sendable {
  /// Makes the tags by which a user is found again; kept for the life of the log.
  case userTag(SecretKey)
  /// Makes the fingerprints by which a repeated import is found; kept for the life of the log.
  case importFingerprint(SecretKey)
  /// Makes the tags of clients seen in one month, numbered year · 12 + month - 1.
  case clientTag(month: Int, SecretKey)
  /// Seals what names one subject.
  case sealing(SealingKeyID, SecretKey)
}

/// Where an entry stands; stored with it so that one that was moved is found.
struct VaultPlace: Hashable {
  /// Number of the entry in the file, from 0.
  let index: UInt32
  /// Index of the first entry that was made durable together with this one.
  let batchStart: UInt32
}

/// The 64 bytes of an entry, integers little-endian:
///
/// | offset | bytes | field |
/// |---|---|---|
/// | 0 | 1 | kind: 1 user tag, 2 import fingerprint, 3 client tag, 4 sealing |
/// | 1 | 3 | zero |
/// | 4 | 4 | index of the entry in the file |
/// | 8 | 4 | index of the first entry of its batch |
/// | 12 | 16 | label: the sealing key's id; the month as 64 bits, then zero; or zero |
/// | 28 | 32 | key |
/// | 60 | 4 | CRC-32 of the bytes before |
enum VaultEntryCodec {
  /// Divides a sector of 512 bytes, so that no entry lies in two: an entry that was never made
  /// durable is missing or all zero, and everything else that does not check is damage.
  static let byteCount = 64

  private static let kindOffset = 0
  private static let reservedOffset = kindOffset + 1
  private static let indexOffset = reservedOffset + 3
  private static let batchStartOffset = indexOffset + MemoryLayout<UInt32>.size
  private static let labelOffset = batchStartOffset + MemoryLayout<UInt32>.size
  private static let keyOffset = labelOffset + SealingKeyID.byteCount
  private static let checksumOffset = keyOffset + SecretKey.byteCount

  private enum Kind: UInt8 {
    case userTag = 1
    case importFingerprint, clientTag, sealing
  }

  static func append(_ entry: VaultEntry, at place: VaultPlace, to output: inout [UInt8]) {
    let start = output.count
    let (kind, label, key) = fields(of: entry)
    output.append(kind.rawValue)
    output.append(contentsOf: repeatElement(0, count: indexOffset - reservedOffset))
    LittleEndian.append(place.index, to: &output)
    LittleEndian.append(place.batchStart, to: &output)
    output.append(contentsOf: label)
    output.append(contentsOf: key.bytes)
    LittleEndian.append(CRC32.checksum(output[start...]), to: &output)
    assert(output.count - start == byteCount)
  }

  /// Nil if the 64 bytes do not check.
  static func decode(_ bytes: ArraySlice<UInt8>) -> (VaultEntry, VaultPlace)? {
    func field(_ offset: Int, _ end: Int) -> ArraySlice<UInt8> {
      bytes[(bytes.startIndex + offset)..<(bytes.startIndex + end)]
    }
    let checksum = LittleEndian.load(UInt32.self, from: bytes, at: checksumOffset)
    guard checksum == CRC32.checksum(field(0, checksumOffset)),
      let kind = Kind(rawValue: bytes[bytes.startIndex]),
      field(reservedOffset, indexOffset).allSatisfy({ $0 == 0 }),
      let key = SecretKey(field(keyOffset, checksumOffset)),
      let entry = entry(kind, label: field(labelOffset, keyOffset), key: key)
    else { return nil }
    let place = VaultPlace(
      index: LittleEndian.load(UInt32.self, from: bytes, at: indexOffset),
      batchStart: LittleEndian.load(UInt32.self, from: bytes, at: batchStartOffset))
    return (entry, place)
  }

  private static func fields(of entry: VaultEntry) -> (Kind, label: [UInt8], SecretKey) {
    let noLabel = [UInt8](repeating: 0, count: SealingKeyID.byteCount)
    switch entry {
    case .userTag(let key): return (.userTag, noLabel, key)
    case .importFingerprint(let key): return (.importFingerprint, noLabel, key)
    case .clientTag(let month, let key):
      var label: [UInt8] = []
      LittleEndian.append(UInt64(month), to: &label)
      return (.clientTag, label + noLabel.dropFirst(label.count), key)
    case .sealing(let id, let key): return (.sealing, id.bytes, key)
    }
  }

  private static func entry(
    _ kind: Kind, label: ArraySlice<UInt8>, key: SecretKey
  ) -> VaultEntry? {
    switch kind {
    case .userTag:
      return label.allSatisfy { $0 == 0 } ? .userTag(key) : nil
    case .importFingerprint:
      return label.allSatisfy { $0 == 0 } ? .importFingerprint(key) : nil
    case .clientTag:
      let month = LittleEndian.load(UInt64.self, from: label, at: 0)
      guard label.dropFirst(MemoryLayout<UInt64>.size).allSatisfy({ $0 == 0 }),
        let month = Int(exactly: month)
      else { return nil }
      return .clientTag(month: month, key)
    case .sealing:
      return SealingKeyID(label).map { .sealing($0, key) }
    }
  }
}
