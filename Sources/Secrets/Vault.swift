import Glibc

/// The vault open for writing: the keys that seal what names a person, and the tag keys.
///
/// A new key is only staged; `sync` makes all staged ones durable with one fdatasync, and the
/// caller calls it before the block that uses them is written. After a failed write the vault
/// refuses every change until it is opened again, because what is on disk is unknown. There must
/// be one writer; the data directory's lock sees to that.
package struct Vault: ~Copyable {
  private let path: String
  private var file: OpenFile
  /// All keys, staged ones included.
  package private(set) var keys: VaultKeys
  private var staged: [VaultEntry] = []
  private var durableCount: Int
  private var hasFailed = false

  /// Makes a vault with its user tag and import keys; refuses to overwrite one, because nobody
  /// could read what it had sealed.
  package static func create(in directory: SecretsDirectory) throws(SecretsError) -> Vault {
    let first: [VaultEntry] = [.userTag(.random()), .importFingerprint(.random())]
    try SecretFile.create(directory.vaultPath, with: VaultImage.encode(first))
    return try Vault(opening: directory)
  }

  /// Opens an existing vault and cuts off what a crash left of a batch that was never used.
  package init(opening directory: SecretsDirectory) throws(SecretsError) {
    let path = directory.vaultPath
    let file = try OpenFile(path, O_RDWR)
    try file.status().requirePrivate(path)
    let contents = try VaultImage.decode(file.readAll(), path: path)
    let keys = try VaultKeys(contents.entries, path: path)
    guard keys.userTagKey != nil, keys.importFingerprintKey != nil else {
      throw .damaged(
        path: path, offset: VaultImage.offset(ofEntry: 0),
        expected: "the user tag key and the import fingerprint key")
    }
    if contents.isTorn {
      try file.truncate(to: VaultImage.offset(ofEntry: contents.entries.count))
      try file.sync()
    }
    self.path = path
    self.file = file
    self.keys = keys
    durableCount = contents.entries.count
  }

  /// True if keys were made that `sync` has not made durable.
  package var hasStagedKeys: Bool { !staged.isEmpty }

  /// Seals bytes that name a subject under a fresh key, which is staged.
  package mutating func seal(
    plaintext: [UInt8], kind: SubjectKind
  ) throws(SecretsError) -> Sealed {
    let id = SealingKeyID.random()
    let key = SecretKey.random()
    let box: [UInt8]
    do {
      box = try SealedBox.seal(plaintext, kind: kind, key: key)
    } catch {
      throw .sealingFailed(reason: "\(error)")
    }
    stage(.sealing(id, key))
    return Sealed(keyID: id, box: box)
  }

  package func open(_ sealed: Sealed, kind: SubjectKind) throws(SecretsError) -> [UInt8]? {
    try keys.open(sealed, kind: kind)
  }

  /// Makes the key for the client tags of a month, numbered year · 12 + month - 1, where there is
  /// none: it is staged.
  package mutating func ensureClientTagKey(month: Int) {
    if keys.clientTagKeys[month] == nil { stage(.clientTag(month: month, .random())) }
  }

  /// Makes all staged keys durable. Does nothing where there are none.
  package mutating func sync() throws(SecretsError) {
    guard !staged.isEmpty else { return }
    guard !hasFailed else { throw .outcomeUnknown(path: path) }
    // Set until everything has succeeded, so that any way out by an error leaves it set.
    hasFailed = true
    let batch = VaultImage.encodeBatch(staged, at: durableCount)
    try file.write(batch, at: VaultImage.offset(ofEntry: durableCount))
    try file.syncData()
    hasFailed = false
    durableCount += staged.count
    staged.removeAll(keepingCapacity: true)
  }

  /// Destroys the keys of these subjects, so that what they sealed can never be opened; returns
  /// how many there were. The file is written anew without them: O(number of keys).
  ///
  /// The bytes are gone from the file. The disk may keep the blocks of the old file until it
  /// uses them again, and a copy of the vault keeps its keys.
  package mutating func destroy(_ ids: Set<SealingKeyID>) throws(SecretsError) -> Int {
    var remaining = keys
    let count = remaining.removeSealingKeys(ids)
    if count > 0 { try rewrite(remaining) }
    return count
  }

  /// Destroys the client tag keys of the months before this one; returns how many there were.
  package mutating func destroyClientTagKeys(before month: Int) throws(SecretsError) -> Int {
    var remaining = keys
    let count = remaining.removeClientTagKeys(before: month)
    if count > 0 { try rewrite(remaining) }
    return count
  }

  private mutating func stage(_ entry: VaultEntry) {
    let isNew = keys.add(entry)
    precondition(isNew, "a staged key has a label of its own")
    staged.append(entry)
  }

  /// Puts a file with exactly these keys, staged ones included, in the place of the old.
  private mutating func rewrite(_ remaining: VaultKeys) throws(SecretsError) {
    guard !hasFailed else { throw .outcomeUnknown(path: path) }
    hasFailed = true
    let entries = remaining.entries
    try SecretFile.replace(path, with: VaultImage.encode(entries))
    file = try OpenFile(path, O_RDWR)
    hasFailed = false
    keys = remaining
    durableCount = entries.count
    staged.removeAll()
  }
}
