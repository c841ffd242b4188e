/// The headers of a request.
package protocol HeaderLookup {
  /// The values of a header in their order, by its name in any case; none where it is absent.
  func values(_ name: String) -> [String]
}

/// What a request shows of who is asking, before anything is looked up.
package struct PresentedCredentials: Sendable {
  /// The profile takes sessions, so that the cookies are worth reading.
  package let wantsSession: Bool
  package let key: PresentedKey
  /// The organization that the request names. Two different ones give a text that names none.
  package let tenant: String?
}

package enum PresentedKey: Sendable, Equatable {
  case none
  /// Empty, too long, not visible ASCII, or two keys. The format of a key is checked later.
  case malformed
  case text(String)
}

/// Where a profile's API looks for what.
struct CredentialReader: Sendable {
  let places: [CredentialPlace]
  /// The header by which a request names an organization.
  let tenantHeader: String?

  func read(_ headers: some HeaderLookup) -> PresentedCredentials {
    var key = PresentedKey.none
    for place in places {
      guard let header = place.header else { continue }
      for value in headers.values(header) {
        let presented = place == .bearer ? Self.bearer(value) : Self.key(Self.trimmed(value.utf8))
        if presented == .none || presented == key { continue }
        key = key == .none ? presented : .malformed
      }
    }
    return PresentedCredentials(
      wantsSession: places.contains(.session), key: key, tenant: tenant(headers))
  }

  private func tenant(_ headers: some HeaderLookup) -> String? {
    guard let tenantHeader else { return nil }
    var names: [String] = []
    for value in headers.values(tenantHeader) {
      let name = String(decoding: Self.trimmed(value.utf8), as: UTF8.self)
      if !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { names.append(name) }
    }
    // A header has no line breaks, so that the joined text is no organization's id.
    return names == [""] || names.isEmpty ? nil : names.joined(separator: "\n")
  }

  /// Another scheme, such as Basic, is not for this API: as if there were no header at all.
  private static func bearer(_ value: String) -> PresentedKey {
    let value = trimmed(value.utf8)
    let scheme = value.prefix { !isSpace($0) }
    let isBearer =
      scheme.count == "bearer".utf8.count
      && zip(scheme, "bearer".utf8).allSatisfy { $0 | 0x20 == $1 }
    return isBearer ? key(trimmed(value[scheme.endIndex...])) : .none
  }

  private static func key(_ value: Substring.UTF8View) -> PresentedKey {
    guard (1...ProfileLimits.keyBytes).contains(value.count),
      value.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return .malformed }
    return .text(String(Substring(value)))
  }

  private static func trimmed(_ value: String.UTF8View) -> Substring.UTF8View {
    trimmed(value[...])
  }

  /// Without the spaces and tabs at either end.
  private static func trimmed(_ value: Substring.UTF8View) -> Substring.UTF8View {
    var value = value.drop(while: isSpace)
    while let last = value.last, isSpace(last) { value.removeLast() }
    return value
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
