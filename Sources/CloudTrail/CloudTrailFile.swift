/// One CloudTrail file: `{"Records":[…]}`, a JSON array or JSON lines, plain or gzip.
package struct CloudTrailFile: Sendable, Equatable {
  package let path: String

  /// Named outright by the user: it must hold events, and a digest file is an error.
  package let isNamed: Bool

  private let limits: CloudTrailLimits

  package init(path: String, isNamed: Bool = true, limits: CloudTrailLimits = .standard) {
    self.path = path
    self.isNamed = isNamed
    self.limits = limits
  }

  /// What a file turned out to hold.
  package enum Contents: Sendable, Equatable {
    case events(Int)
    /// CloudTrail's signatures of other files: skipped, and nothing of it was delivered.
    case digest

    package var count: Int {
      switch self {
      case .events(let count): count
      case .digest: 0
      }
    }
  }

  /// Reads the whole file and delivers nothing. Memory as for `events`.
  @discardableResult
  package func validate() throws(CloudTrailError) -> Contents {
    let file = try OpenFile(path)
    return try check(file) { _ in }
  }

  /// Delivers the events in the order of the file, in batches that are never empty, of at most
  /// 1,000 events. The whole file is checked before: if any part of it is bad, this throws and
  /// `body` was not called.
  ///
  /// Memory is bounded whatever the file's size: one record is held (of 1 MiB of text at most; see
  /// `JSONTree.parse`), and up to 16 MiB of events. A file whose events do not fit there is read
  /// and parsed a second time. Should someone write to the file between the two, this throws, but
  /// batches may have been delivered.
  @discardableResult
  package func events(_ body: ([CloudTrailEvent]) throws -> Void) throws -> Contents {
    let file = try OpenFile(path)
    let before = try file.stamp()
    var held: [CloudTrailEvent]? = []
    var size = 0
    let contents = try check(file) { event in
      size += event.footprint
      if size > limits.held { held = nil } else { held?.append(event) }
    }
    var batch = Batch(limits: limits)
    if let held {
      for event in held { try batch.add(event, body) }
      try batch.flush(body)
      return contents
    }
    try file.rewind()
    var reader = RecordReader(limits: limits)
    var count = 0
    while let event = try reader.next(from: file) {
      count += 1
      try batch.add(event, body)
    }
    try batch.flush(body)
    guard try file.stamp() == before, count == contents.count else {
      throw CloudTrailError(path: path, position: .file, problem: "changed while it was read")
    }
    return contents
  }

  /// As `events`, one at a time.
  @discardableResult
  package func forEach(_ body: (CloudTrailEvent) throws -> Void) throws -> Contents {
    try events { for event in $0 { try body(event) } }
  }

  private func check(
    _ file: borrowing OpenFile, _ body: (CloudTrailEvent) -> Void
  ) throws(CloudTrailError) -> Contents {
    var reader = RecordReader(limits: limits)
    var count = 0
    while let event = try reader.next(from: file) {
      count += 1
      body(event)
    }
    guard reader.isDigest else { return .events(count) }
    if isNamed {
      throw CloudTrailError(
        path: path, position: .file, problem: "a CloudTrail digest file, without events")
    }
    return .digest
  }
}

/// Collects events until they are enough to be delivered together.
private struct Batch {
  let limits: CloudTrailLimits
  private var events: [CloudTrailEvent] = []
  private var size = 0

  init(limits: CloudTrailLimits) {
    self.limits = limits
  }

  mutating func add(
    _ event: CloudTrailEvent, _ body: ([CloudTrailEvent]) throws -> Void
  ) throws {
    events.append(event)
    size += event.footprint
    if events.count >= limits.batchEvents || size >= limits.batch { try flush(body) }
  }

  mutating func flush(_ body: ([CloudTrailEvent]) throws -> Void) throws {
    guard !events.isEmpty else { return }
    try body(events)
    events.removeAll(keepingCapacity: true)
    size = 0
  }
}
