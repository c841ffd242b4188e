internal import Foundation

/// The little that keys need of a profile's document; the rest is the gateway's.
enum ProfileDocument {
  /// The member `keyPrefix`: what the secrets of the profile's keys begin with.
  static func keyPrefix(_ document: String) -> String? {
    struct Members: Decodable { var keyPrefix: String? }
    let decoded = Result { try JSONDecoder().decode(Members.self, from: Data(document.utf8)) }
    // Whoever recorded the document has read it whole; one without the member is as good.
    guard case .success(let members) = decoded else { return nil }
    return members.keyPrefix
  }
}
