internal import FoundationEssentials

/// The ways in which the content of a session's token is encrypted; their names in the header are
/// those of RFC 7518 section 5.1.
enum ContentEncryption: String, Decodable, Sendable {
  case gcm = "A256GCM"
  case cbcHMAC = "A256CBC-HS512"

  var vectorByteCount: Int {
    switch self {
    case .gcm: 12
    case .cbcHMAC: 16
    }
  }

  var tagByteCount: Int {
    switch self {
    case .gcm: 16
    case .cbcHMAC: 32
    }
  }
}

/// A token in JWE's compact form (RFC 7516 section 7.1), of the one kind that sessions are:
/// `header..vector.ciphertext.tag`, each part in base64url, and no encrypted key, because the key
/// is the one that both sides derive from the secret.
struct SessionToken {
  /// The header as it came, in base64url: the tag covers these characters.
  let authenticated: ArraySlice<UInt8>
  let header: Header
  let vector: [UInt8]
  let ciphertext: [UInt8]
  let tag: [UInt8]

  /// Nil if the text has another form, or says that it is of another kind. Nothing is known about
  /// who wrote it.
  init?(_ text: [UInt8]) {
    let separator = UInt8(ascii: ".")
    let partCount = 5
    let parts = text.split(
      separator: separator, maxSplits: partCount, omittingEmptySubsequences: false)
    guard parts.count == partCount, parts[1].isEmpty,
      parts[0].count <= (SessionLimits.headerBytes * 4 + 2) / 3,
      let headerText = Base64URL.decode(parts[0]), let header = Header(parsing: headerText),
      let vector = Base64URL.decode(parts[2]), vector.count == header.encryption.vectorByteCount,
      let tag = Base64URL.decode(parts[4]), tag.count == header.encryption.tagByteCount,
      let ciphertext = Base64URL.decode(parts[3])
    else { return nil }
    self.authenticated = parts[0]
    self.header = header
    self.vector = vector
    self.ciphertext = ciphertext
    self.tag = tag
  }

  /// What a token says about itself; parameters not read here change nothing.
  struct Header: Decodable {
    let encryption: ContentEncryption
    /// Which key encrypted it, if it says so.
    let keyID: String?

    private enum CodingKeys: String, CodingKey {
      case alg, enc, kid, zip, crit
    }

    /// Nil unless it is JSON that names a direct key and an encryption known here. Compression is
    /// refused, because a short text could become a long one; so is whatever must be understood.
    init?(parsing text: [UInt8]) {
      do {
        self = try JSONDecoder().decode(Header.self, from: Data(text))
      } catch {
        return nil
      }
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      guard try fields.decode(String.self, forKey: .alg) == "dir", !fields.contains(.zip),
        !fields.contains(.crit)
      else {
        throw DecodingError.dataCorruptedError(
          forKey: .alg, in: fields, debugDescription: "neither compressed nor critical, dir")
      }
      encryption = try fields.decode(ContentEncryption.self, forKey: .enc)
      keyID = fields.contains(.kid) ? try fields.decode(String.self, forKey: .kid) : nil
    }
  }
}
