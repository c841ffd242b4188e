internal import Ledger
internal import LedgerStore

/// The metrics in Prometheus' text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
struct PrometheusText {
  private(set) var text = ""

  init(_ values: WriterStatistics.Values, queueDepth: Int, queueLimit: Int) {
    head("keyledger_decisions_total", "counter", "Decisions recorded, by reason.")
    for reason in Reason.allCases where reason != .unspecified {
      line(
        "keyledger_decisions_total", "{reason=\"\(reason.name)\"}",
        "\(values.decisions[reason] ?? 0)")
    }
    histogram("keyledger_commit_records", "Records made durable together.", values.commitRecords)
    histogram(
      "keyledger_sync_seconds", "Seconds that a commit waited for the disk.", values.syncSeconds)
    gauge("keyledger_queue_depth", "Requests that wait for the writer.", "\(queueDepth)")
    gauge("keyledger_queue_limit", "Requests that may wait.", "\(queueLimit)")
    gauge("keyledger_log_size", "Records in the log.", "\(values.logSize)")
    gauge(
      "keyledger_signed_size", "Records under the last signed checkpoint.", "\(values.signedSize)")
    gauge(
      "keyledger_projection_lag_records", "Records that SQLite is behind.",
      "\(values.logSize - min(values.logSize, values.projectedSize))")
    gauge(
      "keyledger_writer_failed", "1 where nothing can be written any more.",
      values.failure == nil ? "0" : "1")
  }

  private mutating func head(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func line(_ name: String, _ labels: String, _ value: String) {
    text += "\(name)\(labels) \(value)\n"
  }

  private mutating func gauge(_ name: String, _ help: String, _ value: String) {
    head(name, "gauge", help)
    line(name, "", value)
  }

  private mutating func histogram(
    _ name: String, _ help: String, _ values: WriterStatistics.Histogram
  ) {
    head(name, "histogram", help)
    var sum: UInt64 = 0
    for (bound, count) in zip(values.bounds, values.counts) {
      sum += count
      line("\(name)_bucket", "{le=\"\(bound)\"}", "\(sum)")
    }
    let total = values.counts.reduce(0, +)
    line("\(name)_bucket", "{le=\"+Inf\"}", "\(total)")
    line("\(name)_sum", "", "\(values.sum)")
    line("\(name)_count", "", "\(total)")
  }
}
