internal import Ledger
internal import Secrets

/// Tokens, sessions, credits, blocks.
extension Administration {
  func create(_ body: TokenCreation) -> PreparedCall {
    let token = TokenFormat.generate()
    return PreparedCall { _, sealer, _ throws(StoreError) in
      let facts = try sealer.secret(token, hint: TokenFormat.displayHint(of: token) ?? "")
      return .success(
        .createToken(name: body.name, role: body.role, secret: facts, expires: body.expiresAt))
    } tell: { _ in
      .answer(
        AdministrationAnswer(
          Row(["name": .text(body.name), "role": .text(body.role.name), "token": .text(token)]),
          isNew: true))
    }
  }

  /// A token that is revoked already stays so; of several with one name, the one that works.
  func revokeToken(_ name: String) -> PreparedCall {
    PreparedCall { state, _, _ in
      let named = state.tokens.indices.filter { state.tokens[$0].name == name }
      let working = named.first { state.tokens[$0].revoked == nil }
      guard let found = working ?? named.last else { return .failure(.unknown(.token, name)) }
      return .success(.revokeToken(TokenOrdinal(found)))
    } tell: { receipt in
      .answer(
        AdministrationAnswer(
          Row(["name": .text(name), "state": .text("revoked"), "changed": receipt.changed])))
    }
  }

  /// Without a sequence where the session is denied up to the same moment already.
  func deny(_ denial: SessionDenial) -> PreparedCall {
    let hasher = writer.hasher
    return PreparedCall { state, _, _ in
      if let refusal = state.checkName(denial.jti, of: "a session's jti") {
        return .failure(refusal)
      }
      guard let session = hasher.session(denial.jti) else {
        return .failure(.invalid("a keyed hash of a wrong size"))
      }
      return .success(.denySession(session, expires: denial.expiresAt))
    } tell: { receipt in
      let sequence = receipt.sequence { body in
        if case .sessionDenied = body { return true }
        return false
      }
      return .answer(
        AdministrationAnswer(Row(["sequence": sequence.map { Value($0) } ?? .null])))
    }
  }

  func grant(_ grant: CreditGrant) -> PreparedCall {
    PreparedCall { state, _, _ in
      user(grant.user, in: state).map { .grantCredits($0, grant.amount) }
    } tell: { _ in
      .reading { state in
        var row = Row(["user": .text(grant.user)])
        if case .success(let user) = user(grant.user, in: state) {
          row.append("balance", .number(state.users[user.index].credits))
        }
        return AdministrationAnswer(row)
      }
    }
  }

  func release(_ id: String) -> PreparedCall {
    PreparedCall { state, _, _ in
      user(id, in: state).map { .releaseBlock($0) }
    } tell: { receipt in
      .answer(AdministrationAnswer(Row(["user": .text(id), "released": receipt.changed])))
    }
  }
}
