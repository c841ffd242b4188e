package import Ledger

/// What a call came to. A secret appears here and nowhere else.
package struct AdministrationAnswer: Hashable, Sendable {
  package var row: Row
  /// The call made something that was not there: 201.
  package var isNew: Bool

  package init(_ row: Row, isNew: Bool = false) {
    self.row = row
    self.isNew = isNew
  }
}

/// Carries out what somebody asks for, the same for every way it comes in.
package struct Administration: Sendable {
  let writer: LedgerWriter
  let decisions: DecisionRecords

  package init(_ writer: LedgerWriter) {
    self.writer = writer
    decisions = DecisionRecords(writer.directory)
  }

  /// Answers when it is durable. A refusal is `StoreError.refused`.
  package func perform(
    _ call: AdministrationCall, by actor: Actor
  ) async throws(StoreError) -> AdministrationAnswer {
    let prepared = try prepare(call)
    let proposal = Proposal(by: actor, prepared.resolve)
    let result = await withCheckedContinuation { continuation in
      writer.submit([proposal]) { continuation.resume(returning: $0) }
    }
    guard let outcome = try result.get().first else { throw .invalid("no outcome") }
    switch try prepared.told(outcome) {
    case .answer(let answer): return answer
    case .reading(let read): return try await writer.read(read)
    }
  }

  /// As `perform`, for threads that may block.
  package func performAndWait(
    _ call: AdministrationCall, by actor: Actor
  ) throws(StoreError) -> AdministrationAnswer {
    let prepared = try prepare(call)
    let outcomes = try writer.perform([Proposal(by: actor, prepared.resolve)])
    guard let outcome = outcomes.first else { throw .invalid("no outcome") }
    switch try prepared.told(outcome) {
    case .answer(let answer): return answer
    case .reading(let read):
      return try writer.withBook { book throws(StoreError) in read(book.state) }
    }
  }

  private func prepare(_ call: AdministrationCall) throws(StoreError) -> PreparedCall {
    switch call {
    case .createOrganization(let body): create(body)
    case .setOrganization(let id, let patch): setOrganization(id, patch)
    case .createUser(let body): create(body)
    case .setUser(let id, let patch): setUser(id, patch)
    case .createKey(let body, let key): try create(body, idempotencyKey: key)
    case .patchKey(let id, let patch): change(id, patch)
    case .rotateKey(let id, let rotation): rotate(id, rotation)
    case .revokeKey(let id): revoke(id)
    case .createToken(let body): create(body)
    case .revokeToken(let name): revokeToken(name)
    case .denySession(let denial): deny(denial)
    case .grantCredits(let grant): self.grant(grant)
    case .releaseBlock(let user): release(user)
    case .reportOutcome(let body): try report(body)
    }
  }
}

/// A call that is ready for its turn.
struct PreparedCall: Sendable {
  typealias Resolve =
    @Sendable (LedgerState, inout NameSealer, Timestamp) throws(StoreError) -> Result<
      Command, Refusal
    >

  enum Told: Sendable {
    case answer(AdministrationAnswer)
    /// The answer is what stands in the state now.
    case reading(@Sendable (LedgerState) -> AdministrationAnswer)
  }

  var resolve: Resolve
  private var tell: @Sendable (Receipt) -> Told
  private var excuse: @Sendable (Refusal) -> Told?

  /// - Parameter excuse: an answer for refusals that are none, because the call was carried out
  ///   before.
  init(
    _ resolve: @escaping Resolve, excuse: @escaping @Sendable (Refusal) -> Told? = { _ in nil },
    tell: @escaping @Sendable (Receipt) -> Told
  ) {
    self.resolve = resolve
    self.excuse = excuse
    self.tell = tell
  }

  func told(_ outcome: Result<Receipt, Refusal>) throws(StoreError) -> Told {
    switch outcome {
    case .success(let receipt): return tell(receipt)
    case .failure(let refusal):
      guard let told = excuse(refusal) else { throw .refused(refusal) }
      return told
    }
  }
}

extension Administration {
  func organization(_ id: String, in state: LedgerState) -> Result<OrganizationOrdinal, Refusal> {
    state.index.organizations[id].map { .success($0) } ?? .failure(.unknown(.organization, id))
  }

  /// By the tag alone: a name that nobody has leaves nothing in the vault.
  func user(_ id: String, in state: LedgerState) -> Result<UserOrdinal, Refusal> {
    writer.hasher.user(id).flatMap { state.index.users[$0] }.map { .success($0) }
      ?? .failure(.unknown(.user, id))
  }

  func key(_ id: String, in state: LedgerState) -> Result<KeyOrdinal, Refusal> {
    state.index.keys[id].map { .success($0) } ?? .failure(.unknown(.key, id))
  }
}

extension Receipt {
  var changed: Value { .flag(!events.isEmpty) }

  /// The sequence of the first event that `matches`.
  func sequence(where matches: (EventBody) -> Bool) -> UInt64? {
    events.firstIndex { matches($0.body) }.map { first + UInt64($0) }
  }
}
