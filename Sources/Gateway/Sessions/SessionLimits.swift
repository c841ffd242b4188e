/// What a client may make the reading of its session cookies cost. It has shown nothing yet.
enum SessionLimits {
  /// Bytes of all `Cookie` headers together, over which they are not read: `invalid`. What
  /// servers commonly accept as the whole head of a request is a quarter of it or less.
  static let cookieBytes = 65_536

  /// Cookies in all headers, empty ones counted, over which the request is `invalid`. Browsers
  /// keep at most some 180 for a site.
  static let cookies = 4_096

  /// Parts of one session cookie. A browser's cookie holds 4 KiB, so that a token of `tokenBytes`
  /// comes in five.
  static let chunks = 16

  /// Characters of a token, joined. It also bounds what the token decrypts to, because nothing
  /// is decompressed. A session with a name, an address and a picture's URL has about 600.
  static let tokenBytes = 16_384

  /// Bytes of a token's header as JSON. Auth.js writes about 130.
  static let headerBytes = 1_024

  /// Seconds since 1970: the range of years 1 to 9999, in which sums over times do not overflow.
  static let expiry: ClosedRange<Double> = -62_135_596_800...253_402_300_799
}
