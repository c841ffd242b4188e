internal import Hummingbird
internal import Ledger
internal import LedgerStore
internal import NIOPosix

/// What others watch: the checkpoint, metrics, health.
struct StatusInterface {
  let core: GatewayCore

  func answer(_ action: Endpoint.Action) async throws -> Response {
    switch action {
    case .checkpoint:
      let directory = core.writer.directory
      let note = try await NIOThreadPool.singleton.runIfActive {
        try directory.readCheckpointBytes()
      }
      guard let note else { throw APIError.notFound("no checkpoint was signed yet") }
      return .text(String(decoding: note, as: UTF8.self), type: "text/plain; charset=utf-8")
    case .metrics:
      let text = PrometheusText(
        core.writer.statistics.current, queueDepth: core.writer.queueDepth,
        queueLimit: core.settings.queueDepth
      ).text
      return .text(text, type: "text/plain; version=0.0.4; charset=utf-8")
    case .readiness: return await readiness()
    default: return .json(.object(Row(["status": .text("ok")])))
    }
  }

  private func readiness() async -> Response {
    var problem: String?
    if core.isStopping {
      problem = "the service is stopping"
    } else if core.writer.statistics.current.failure != nil {
      problem = "the log cannot be written; see the service's own log, and restart it"
    } else {
      switch await Result(catching: { () async throws(StoreError) in try await clock() }) {
      case .success(let ahead) where abs(ahead) > RecordClock.tolerance:
        problem = "the clock of the log is \(ahead) s ahead of the machine's"
      case .success: break
      case .failure: problem = "the log cannot be written"
      }
    }
    guard let problem else { return .json(.object(Row(["status": .text("ok")]))) }
    let row = Row(["status": .text("unavailable"), "problem": .text(problem)])
    return .json(.object(row), status: .serviceUnavailable)
  }

  private func clock() async throws(StoreError) -> Int64 {
    try await core.writer.secondsAhead()
  }
}

extension Result {
  /// `Result(catching:)` for what takes its time.
  fileprivate init(catching body: () async throws(Failure) -> Success) async {
    do throws(Failure) { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
