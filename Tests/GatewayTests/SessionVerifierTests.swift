internal import Foundation
internal import Gateway
internal import Testing

@Suite("Session cookies of both generations")
struct SessionVerifierTests {
  static let newest = "the newest secret"
  static let older = "keyledger-test-secret"
  static let valid = PresentedSession.valid(user: "user_1", id: "j", expires: 4_102_444_800)
  static let names = [
    "__Secure-authjs.session-token", "authjs.session-token", "__Secure-next-auth.session-token",
    "next-auth.session-token",
  ]

  @Test("A token of the library is the session it was made of", arguments: SessionVector.all)
  func vectors(vector: SessionVector) {
    let verifier = SessionVerifier(secrets: [vector.secret])
    #expect(
      verifier.session(cookieHeaders: ["\(vector.cookie)=\(vector.token)"])
        == SessionVector.session)
  }

  @Test("The vectors beside the package are the ones tested here")
  func sharedVectors() throws {
    guard let shared = try SessionVector.shared() else { return }
    #expect(shared.map(\.token) == SessionVector.all.map(\.token))
    #expect(shared.map(\.cookie) == SessionVector.all.map(\.cookie))
    #expect(shared.map(\.secret) == SessionVector.all.map(\.secret))
  }

  /// Each character becomes those that differ from it in one of six bits, and one that base64url
  /// does not have. The last ones of a part have bits that no byte uses.
  @Test("A token with any one character changed is invalid", arguments: SessionVector.all)
  func changedCharacter(vector: SessionVector) {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    let verifier = SessionVerifier(secrets: [vector.secret])
    let token = Array(vector.token.utf8)
    for place in token.indices {
      let value = alphabet.firstIndex(of: token[place]) ?? 0
      let others = (0..<6).map { alphabet[value ^ (1 << $0)] } + [UInt8(ascii: "=")]
      for other in others where other != token[place] {
        var changed = token
        changed[place] = other
        let header = "\(vector.cookie)=" + String(decoding: changed, as: UTF8.self)
        #expect(verifier.session(cookieHeaders: [header]) == .invalid, "\(place) \(other)")
      }
    }
  }

  @Test("A token with a character left out or added is invalid", arguments: SessionVector.all)
  func changedLength(vector: SessionVector) {
    let verifier = SessionVerifier(secrets: [vector.secret])
    for place in 0...vector.token.utf8.count {
      for edit in 0..<3 {
        var changed = Array(vector.token.utf8)
        switch edit {
        case 0: changed.insert(UInt8(ascii: "A"), at: place)
        case 1: changed.insert(UInt8(ascii: "."), at: place)
        default:
          guard place < changed.count else { continue }
          changed.remove(at: place)
        }
        let header = "\(vector.cookie)=" + String(decoding: changed, as: UTF8.self)
        #expect(verifier.session(cookieHeaders: [header]) == .invalid, "\(place) \(edit)")
      }
    }
  }

  @Test("A token is valid only under the cookie name it was made for", arguments: names)
  func otherName(name: String) {
    let verifier = SessionVerifier(secrets: [Self.older])
    let token = SessionForge(cookie: name).token
    for other in Self.names {
      let isNextAuth = name.contains("next") && other.contains("next")
      let expected = other == name || isNextAuth ? Self.valid : .invalid
      #expect(verifier.session(cookieHeaders: ["\(other)=\(token)"]) == expected, "\(other)")
    }
  }

  @Test("A session of any of the rotated secrets is valid, with and without a key's name")
  func rotatedSecrets() {
    let secrets = [Self.newest, "between", Self.older]
    let verifier = SessionVerifier(secrets: secrets)
    for name in Self.names {
      for secret in secrets {
        var forge = SessionForge(secret: secret, cookie: name)
        #expect(verifier.session(cookieHeaders: ["\(name)=\(forge.token)"]) == Self.valid)
        if forge.isAuthJS { forge.header = #"{"alg":"dir","enc":"A256CBC-HS512"}"# }
        #expect(verifier.session(cookieHeaders: ["\(name)=\(forge.token)"]) == Self.valid)
        let others = secrets.filter { $0 != secret }
        #expect(
          SessionVerifier(secrets: others).session(cookieHeaders: ["\(name)=\(forge.token)"])
            == .invalid)
      }
    }
  }

  @Test("A key's name that belongs to another secret is invalid, though the token's key is known")
  func otherKeyID() {
    let verifier = SessionVerifier(secrets: [Self.newest, Self.older])
    var forge = SessionForge()
    let newestID = SessionForge(secret: Self.newest).keyID
    forge.header = #"{"alg":"dir","enc":"A256CBC-HS512","kid":"\#(newestID)"}"#
    #expect(verifier.session(cookieHeaders: ["\(forge.cookie)=\(forge.token)"]) == .invalid)
    forge.header = #"{"alg":"dir","enc":"A256CBC-HS512","kid":null}"#
    #expect(verifier.session(cookieHeaders: ["\(forge.cookie)=\(forge.token)"]) == .invalid)
    forge.header = #"{"kid":"\#(forge.keyID)","enc":"A256CBC-HS512","alg":"dir","typ":"JWT"}"#
    #expect(verifier.session(cookieHeaders: ["\(forge.cookie)=\(forge.token)"]) == Self.valid)
  }

  @Test("Without a secret no session is valid, and the empty secret is none", arguments: names)
  func noSecret(name: String) {
    let ofEmpty = "\(name)=\(SessionForge(secret: "", cookie: name).token)"
    for secrets in [[], [""], ["", Self.older]] {
      #expect(SessionVerifier(secrets: secrets).session(cookieHeaders: [ofEmpty]) == .invalid)
    }
    let header = "\(name)=\(SessionForge(cookie: name).token)"
    #expect(SessionVerifier(secrets: []).session(cookieHeaders: [header]) == .invalid)
    let withEmpty = SessionVerifier(secrets: ["", Self.older])
    #expect(withEmpty.session(cookieHeaders: [header]) == Self.valid)
  }

  @Test("Of several valid sessions the newer generation decides, then the secure name")
  func preference() {
    let verifier = SessionVerifier(secrets: [Self.older])
    let cookies = Self.names.enumerated().map { rank, name in
      let content = #"{"sub":"rank \#(rank)","exp":1}"#
      return "\(name)=\(SessionForge(cookie: name, content: .init(content.utf8)).token)"
    }
    for first in cookies.indices {
      let present = cookies[first...]
      let expected = PresentedSession.valid(user: "rank \(first)", id: nil, expires: 1)
      #expect(verifier.session(cookieHeaders: [present.joined(separator: "; ")]) == expected)
      #expect(verifier.session(cookieHeaders: present.reversed()) == expected)
    }
  }

  @Test("A valid session wins over invalid ones, wherever they stand")
  func validWins() {
    let verifier = SessionVerifier(secrets: [Self.older])
    for name in Self.names {
      let cookies = Self.names.map { other in
        "\(other)=" + (other == name ? SessionForge(cookie: name).token : "e30..AA.AA.AA")
      }
      #expect(verifier.session(cookieHeaders: cookies) == Self.valid)
      #expect(verifier.session(cookieHeaders: cookies.reversed()) == Self.valid)
      #expect(verifier.session(cookieHeaders: cookies.filter { !$0.hasPrefix(name) }) == .invalid)
    }
  }
}
