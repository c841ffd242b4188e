internal import HTTPTypes
internal import Ledger

/// The request that a proxy asks about: its own headers say which one it was.
struct OriginalRequest: Sendable {
  var method: String
  var target: String
  var clientAddress: String?
  var headers: HTTPFields

  /// Why it cannot be told which request is meant.
  struct Ambiguity: Error { var problem: String }

  private enum Header {
    static let forwarded = (method: "X-Forwarded-Method", target: "X-Forwarded-Uri")
    static let original = (method: "X-Original-Method", target: "X-Original-URI")
    static let client = "X-Forwarded-For"
  }

  /// `rest` is what stands behind `/auth/{profile}`, with its query. Forwarding headers count only
  /// from trusted proxies; two sources that say different things are what an attacker would send.
  init(
    _ incoming: IncomingRequest, rest: String, trusting proxies: [AddressRange]
  ) throws(Ambiguity) {
    headers = incoming.headers
    let isTrusted = incoming.peer.map { peer in proxies.contains { $0.contains(peer) } } ?? false
    guard isTrusted else {
      guard !rest.isEmpty else { throw Ambiguity(problem: OriginalRequest.unnamed) }
      (method, target) = (incoming.method, rest)
      clientAddress = incoming.peer
      return
    }
    clientAddress = OriginalRequest.client(incoming, proxies)
    var named: [(method: String, target: String)] = []
    for names in [Header.forwarded, Header.original] {
      let method = try OriginalRequest.only(names.method, in: headers)
      let target = try OriginalRequest.only(names.target, in: headers)
      switch (method, target) {
      case (nil, nil): continue
      case (let method?, let target?): named.append((method, target))
      default:
        // Half of it is a proxy that is not set up: guessing the rest would decide on something
        // else than what passes.
        throw Ambiguity(problem: "expected both \(names.method) and \(names.target)")
      }
    }
    if !rest.isEmpty { named.append((incoming.method, rest)) }
    guard let first = named.first else { throw Ambiguity(problem: OriginalRequest.unnamed) }
    guard named.allSatisfy({ $0 == first }) else {
      throw Ambiguity(problem: "the original request is named twice, and differently")
    }
    (method, target) = first
  }

  private static func only(
    _ name: String, in headers: HTTPFields
  ) throws(Ambiguity) -> String? {
    let values = headers.values(name)
    guard values.count <= 1 else { throw Ambiguity(problem: "\(name) stands twice") }
    guard let value = values.first else { return nil }
    guard !value.isEmpty else { throw Ambiguity(problem: "\(name) is empty") }
    return value
  }

  private static let unnamed = "nothing names the original request: neither headers nor a path"

  /// The nearest address that is no proxy of ours: everything left of it, anybody may have written.
  private static func client(_ incoming: IncomingRequest, _ proxies: [AddressRange]) -> String? {
    let hops = incoming.headers.values(Header.client)
      .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
      .map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
    for hop in hops.reversed() {
      guard AddressRange.parse(hop) != nil else { return nil }
      if !proxies.contains(where: { $0.contains(hop) }) { return hop }
    }
    return hops.first ?? incoming.peer
  }
}

extension Substring {
  fileprivate func trimming(while isSpace: (Character) -> Bool) -> String {
    var text = drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return String(text)
  }
}
