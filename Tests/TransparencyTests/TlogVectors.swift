/// `vectors/tlog.json`.
struct TlogVectors: Decodable {
  struct Inclusion: Decodable {
    let index: UInt64
    let size: UInt64
    let proof: [String]
  }

  struct Consistency: Decodable {
    let old: UInt64
    let new: UInt64
    let proof: [String]
  }

  struct Large: Decodable {
    let size: UInt64
    let root: String
  }

  let origin: String
  let logVkey: String
  let logSeedHex: String
  let witnessVkey: String
  let entries: [String]
  let leafHashes: [String]
  let roots: [String]
  let checkpoint: String
  let inclusion: [Inclusion]
  let consistency: [Consistency]
  let large: Large

  enum CodingKeys: String, CodingKey {
    case origin, entries, roots, checkpoint, inclusion, consistency, large
    case logVkey = "log_vkey"
    case logSeedHex = "log_seed_hex"
    case witnessVkey = "witness_vkey"
    case leafHashes = "leaf_hashes"
  }

  static func load() throws -> TlogVectors {
    try SharedVectors.load("tlog.json", as: TlogVectors.self)
  }
}
