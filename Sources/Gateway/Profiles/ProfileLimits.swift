internal import Ledger

/// The bounds of a profile document. `schemas/profile.schema.json` says the same.
enum ProfileLimits {
  /// Bytes of a document. It is one record of the log; 256 limits and routes take a third of it.
  static let documentBytes = Limits.profileBytes
  /// Entries of a list or of a map. Routes and limits are walked on every request.
  static let entries = 256
  /// Problems told of one document: more would only bury the first.
  static let problems = 100
  /// Bytes of an answer's body: one header of nginx's auth request must hold it, with all other
  /// headers in a buffer of 4,096 bytes.
  static let bodyBytes = 2_048
  /// Bytes of a header's value in an answer.
  static let headerBytes = 1_024
  /// Bytes of a presented key. keyledger's own have less than 100.
  static let keyBytes = 512
  /// Bytes of the path of a request; proxies refuse longer ones by default.
  static let pathBytes = 8_192
  /// Bytes of a request's method.
  static let methodBytes = 32
  /// What fits the 32 bits of a count, and as microseconds the 64 bits of a time.
  static let counts: ClosedRange<UInt64> = 1...4_294_967_295
  /// Failures until a user is blocked: the record of each is kept as evidence.
  static let failures: ClosedRange<UInt64> = 1...10_000
  /// A refusal is an error of HTTP.
  static let statuses: ClosedRange<UInt64> = 400...599
}
