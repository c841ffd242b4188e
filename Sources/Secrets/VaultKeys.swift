import Crypto

/// The keys of a vault in memory: what reading needs, and nothing that changes a file.
///
/// Without a vault there are no keys: boxes stay closed and there are no tags.
package struct VaultKeys: Sendable {
  private(set) var userTagKey: SecretKey?
  private(set) var importFingerprintKey: SecretKey?
  private(set) var clientTagKeys: [Int: SecretKey] = [:]
  private(set) var sealingKeys: [SealingKeyID: SecretKey] = [:]

  /// The keys of an absent vault: none.
  package init() {}

  /// Reads the vault, or none where the directory or the vault is absent. Creates and changes
  /// nothing; an entry torn by a crash, or being written, is ignored.
  package init(reading directory: SecretsDirectory?) throws(SecretsError) {
    guard let directory else {
      self.init()
      return
    }
    let path = directory.vaultPath
    let bytes: [UInt8]
    do throws(SecretsError) {
      bytes = try SecretFile.read(path)
    } catch .missing {
      self.init()
      return
    }
    try self.init(VaultImage.decode(bytes, path: path).entries, path: path)
  }

  /// Refuses entries of which a vault has only one, where there are two.
  init(_ entries: [VaultEntry], path: String) throws(SecretsError) {
    sealingKeys.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      guard add(entry) else {
        throw .damaged(
          path: path, offset: VaultImage.offset(ofEntry: index),
          expected: "an entry that is not there already")
      }
    }
  }

  /// Number of subjects whose bytes can be opened.
  package var subjectCount: Int { sealingKeys.count }

  /// The months, numbered year · 12 + month - 1, whose client tags can be made.
  package var clientTagMonths: [Int] { clientTagKeys.keys.sorted() }

  /// The plaintext; nil where the key is gone, by erasure or with the whole vault. Throws where
  /// the key is there and the box is not what it sealed for this kind of subject.
  package func open(_ sealed: Sealed, kind: SubjectKind) throws(SecretsError) -> [UInt8]? {
    guard let key = sealingKeys[sealed.keyID] else { return nil }
    guard let plaintext = SealedBox.open(sealed.box, kind: kind, key: key) else {
      throw .notAuthentic(keyID: sealed.keyID)
    }
    return plaintext
  }

  /// Every entry, in the order of a rewritten file.
  var entries: [VaultEntry] {
    var entries: [VaultEntry] = []
    entries.reserveCapacity(2 + clientTagKeys.count + sealingKeys.count)
    if let userTagKey { entries.append(.userTag(userTagKey)) }
    if let importFingerprintKey { entries.append(.importFingerprint(importFingerprintKey)) }
    for (month, key) in clientTagKeys { entries.append(.clientTag(month: month, key)) }
    for (id, key) in sealingKeys { entries.append(.sealing(id, key)) }
    return entries
  }

  /// False, and no change, if there is such a key already.
  mutating func add(_ entry: VaultEntry) -> Bool {
    switch entry {
    case .userTag(let key):
      guard userTagKey == nil else { return false }
      userTagKey = key
    case .importFingerprint(let key):
      guard importFingerprintKey == nil else { return false }
      importFingerprintKey = key
    case .clientTag(let month, let key):
      guard clientTagKeys[month] == nil else { return false }
      clientTagKeys[month] = key
    case .sealing(let id, let key):
      guard sealingKeys[id] == nil else { return false }
      sealingKeys[id] = key
    }
    return true
  }

  /// Drops the keys of these subjects; returns how many there were.
  mutating func removeSealingKeys(_ ids: Set<SealingKeyID>) -> Int {
    ids.count { sealingKeys.removeValue(forKey: $0) != nil }
  }

  /// Drops the client tag keys of the months before this one; returns how many there were.
  mutating func removeClientTagKeys(before month: Int) -> Int {
    let old = clientTagKeys.keys.filter { $0 < month }
    for month in old { clientTagKeys[month] = nil }
    return old.count
  }
}
