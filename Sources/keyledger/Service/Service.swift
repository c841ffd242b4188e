internal import AsyncHTTPClient
internal import Foundation
internal import LedgerStore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// A running service, at a URL or at the socket in its data directory.
struct Service {
  /// Without a slash at the end.
  private let base: String
  /// As people know it.
  private let name: String
  private let token: String?

  /// Seconds to wait for a connection, and for an answer; an import of 64 MiB takes some.
  private static let connectSeconds: Int64 = 10
  private static let answerSeconds: Int64 = 600
  /// Bytes; an answer holds at most a list of everything.
  private static let answerBytes = 1 << 30

  init(url: String, token: String?) throws {
    guard let parsed = URL(string: url), ["http", "https"].contains(parsed.scheme),
      parsed.host?.isEmpty == false, parsed.query == nil, parsed.fragment == nil
    else { throw Failure.usage("'\(url)' is no URL of a service, such as http://127.0.0.1:8080") }
    guard let token, !token.isEmpty else {
      throw Failure.usage("--server needs a token in KEYLEDGER_TOKEN")
    }
    guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw Failure.usage("KEYLEDGER_TOKEN is no token")
    }
    base = url.hasSuffix("/") ? String(url.dropLast()) : url
    name = url
    self.token = token
  }

  /// The peer's user id is the authority there.
  init(socket: String) {
    base = "http+unix://\(PercentCoding.encode(socket))"
    name = socket
    token = nil
  }

  /// Carries out a change and answers what it came to.
  func perform(_ call: AdministrationCall) throws -> Row {
    let (method, path) = call.route
    var headers: [(String, String)] = [("Content-Type", "application/json")]
    if let key = call.idempotencyKey { headers.append(("Idempotency-Key", key)) }
    return try row(send(method, path, headers, try call.body()))
  }

  func importHistory(_ content: [UInt8], source: String) throws -> Row {
    let headers = [("Content-Type", "application/octet-stream")]
    return try row(send("POST", "/v1/imports?source=\(source)", headers, content))
  }

  /// The answer to a question. Names and values of `query` need no encoding.
  func ask(_ path: String, _ query: [(String, String)] = []) throws -> Row {
    let pairs = query.map { "\(PercentCoding.encode($0.0))=\(PercentCoding.encode($0.1))" }
    let target = pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    return try row(send("GET", target, [], nil))
  }

  private func row(_ body: [UInt8]) throws -> Row {
    guard case .object(let row) = AnswerReader.read(body) else {
      throw Failure(code: ExitStatus.error, line: "\(name): the answer is no JSON object")
    }
    return row
  }

  private func send(
    _ method: String, _ target: String, _ headers: [(String, String)], _ body: [UInt8]?
  ) throws -> [UInt8] {
    var fields = HTTPHeaders(headers)
    fields.add(name: "User-Agent", value: "keyledger/\(KeyledgerVersion.current)")
    if let token { fields.add(name: "Authorization", value: "Bearer \(token)") }
    var configuration = HTTPClient.Configuration()
    configuration.timeout = .init(connect: .seconds(Self.connectSeconds))
    // Nobody there is an answer too, and not worth ten seconds of trying.
    configuration.connectionPool.retryConnectionEstablishment = false
    // A token goes to the service that was named and to nobody else.
    configuration.redirectConfiguration = .disallow
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let reply: HTTPClient.Response
    do {
      // An error of closing says nothing about the answer.
      defer { _ = try? client.syncShutdown() }
      let request = try HTTPClient.Request(
        url: base + target, method: HTTPMethod(rawValue: method), headers: fields,
        body: body.map { .bytes($0) })
      let accumulator = ResponseAccumulator(request: request, maxBodySize: Self.answerBytes)
      reply = try client.execute(
        request: request, delegate: accumulator, deadline: .now() + .seconds(Self.answerSeconds)
      ).wait()
    } catch {
      throw Failure(code: ExitStatus.error, line: "\(name): \(Self.oneLine(error))")
    }
    let content = reply.body.map { Array($0.readableBytesView) } ?? []
    guard (200..<300).contains(reply.status.code) else {
      throw refusal(Int(reply.status.code), content)
    }
    return content
  }

  private func refusal(_ status: Int, _ content: [UInt8]) -> Failure {
    let code: Int32 =
      switch status {
      case 401, 403: ExitStatus.notAuthorized
      case 404: ExitStatus.notFound
      case 400, 422: ExitStatus.usage
      default: ExitStatus.error
      }
    guard case .object(let row) = AnswerReader.read(content), case .text(let told)? = row["message"]
    else { return Failure(code: code, line: "\(name): answered with status \(status)") }
    return Failure(code: code, line: told)
  }

  private static func oneLine(_ error: any Error) -> String {
    if let error = error as? HTTPClientError, error == .remoteConnectionClosed {
      return "closed the connection without an answer"
    }
    if error is NIOConnectionError { return "no service answers there" }
    if let error = error as? IOError { return String(cString: strerror(error.errnoCode)) }
    let text = "\(error)".split(separator: "\n").first.map(String.init) ?? "no answer"
    return String(text.prefix(oneLineCharacters))
  }

  private static let oneLineCharacters = 200
}
