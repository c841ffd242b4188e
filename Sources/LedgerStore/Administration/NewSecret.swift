internal import Ledger
internal import Secrets
internal import Synchronization

/// A new key's secret, with an id that is independent of it and stands in records and answers.
struct NewSecret: Sendable {
  let id: String
  let secret: String
  let hint: String

  /// What secrets begin with where nothing says otherwise.
  static let defaultProduct = "kl"

  init(
    product: String, environment: Ledger.KeyEnvironment
  ) throws(Refusal) {
    // A record that names no environment is as good as one that says live.
    let place = Secrets.KeyEnvironment(rawValue: environment.name) ?? .live
    guard let format = APIKeyFormat(product: product, environment: place) else {
      throw .invalid(
        "'\(product)' is no product: a lower-case letter, then lower-case letters and digits")
    }
    secret = format.generate()
    hint = APIKeyFormat.displayHint(of: secret) ?? ""
    id =
      "key_" + String(UInt64.random(in: .min ... .max), radix: 36)
      + String(UInt64.random(in: .min ... .max), radix: 36)
  }
}

/// Carries one value from the writer's thread to whoever waits for the answer.
final class Carried<Value: Sendable>: Sendable {
  private let held = Mutex<Value?>(nil)

  var value: Value? {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}
