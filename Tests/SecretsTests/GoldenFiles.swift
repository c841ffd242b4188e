/// Files of known secrets, made apart from the code under test with Python's `struct`, `zlib`,
/// `hmac` and `cryptography` from the layouts in `PepperFile`, `VaultImage`, `VaultEntryCodec`,
/// `VaultTags` and `Sealed`.
enum GoldenFiles {
  /// Pepper 1 is the bytes 0...31, pepper 2 the bytes 32...63.
  static let pepper = """
    keyledger-pepper-v1
    1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
    2 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=
    crc32 ff43e151

    """

  /// HMAC-SHA256 of "secret" under pepper 2, then under pepper 1.
  static let pepperedHashes = [
    "33dc1364db023a7dc436887b8038aa56dea7bdfaf08c663a06e865facb1200cd",
    "723f228d66d0f98dd0b43d22396eda3938365077ed1737631b6ca62d2dca6b43",
  ]

  /// A user tag key of 32 bytes 0x11, an import fingerprint key of 0x22, the client tag key of
  /// April 2026 of 0x33, and a sealing key of 0x44 with the id of 16 bytes 0x55, the last two in
  /// one batch.
  static let vault = """
    S0xWQVVMVAoBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAeF29+QEA\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAREREREREREREREREREREREREREREREREREREREREREfJygmsCAAAA\
    AQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiImkWqvAwAAAAIA\
    AAACAAAA+14AAAAAAAAAAAAAAAAAADMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzni5B2wQAAAADAAAA\
    AgAAAFVVVVVVVVVVVVVVVVVVVVVERERERERERERERERERERERERERERERERERERERERERKaYe3M=
    """

  static let userTag = "47cd08a6b222e81a9462fb8159d178ce"
  static let clientTag = "cd2f741c140fd52e4d33f86823b41fed"
  static let importFingerprint: UInt64 = 2_549_180_989_649_495_399
  static let april2026 = 24_315

  /// "Ada" as a user, after a salt of 16 bytes 0x66, under the sealing key above, with the nonce
  /// 0...11.
  static let box = "AAECAwQFBgcICQoLrX4evt46cQwR6+LBfJlthO+3AY4MJH9ijJUg6uI3hCUS+64="
}
