/// Who made a request, by rules 3 to 5.
struct Caller {
  static let unknown = "unknown"

  let organization: String
  let user: String
  let key: String?

  /// Of the event's own ARN, such as `aws-cn`; `aws` if it has none.
  private let partition: String

  init(_ record: JSONObject) {
    let identity = record.object("userIdentity")
    let recipient = record.string("recipientAccountId")
    let ownAccount = identity?.string("accountId").flatMap { Caller.isAccount($0) ? $0 : nil }
    let arn = identity?.string("arn")
    let account = ownAccount ?? recipient
    let partition = arn.flatMap(Caller.partition) ?? "aws"
    self.partition = partition
    organization = account ?? Caller.unknown
    key = identity?.string("accessKeyId")

    let named =
      identity?.string("type") == "IAMUser" ? identity?.string("userName") : nil
    user =
      named.flatMap { Caller.arn(partition: partition, account: account, user: $0) }
      ?? arn
      ?? identity?.string("principalId")
      ?? identity?.string("invokedBy")
      ?? Caller.unknown
  }

  /// The IAM user of that name in the caller's account; the caller if there is no name.
  func owner(named name: String?) -> String {
    guard let name else { return user }
    return Caller.arn(partition: partition, account: organization, user: name) ?? user
  }

  /// Without the user's path, which only some events tell.
  private static func arn(partition: String, account: String?, user: String) -> String? {
    account.map { "arn:\(partition):iam::\($0):user/\(user)" }
  }

  private static func isAccount(_ text: String) -> Bool {
    text.utf8.count == 12
      && text.utf8.allSatisfy { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
  }

  private static func partition(of arn: String) -> String? {
    let parts = arn.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == "arn" && !parts[1].isEmpty ? String(parts[1]) : nil
  }
}
