// What the log says about itself.

/// Somebody read the trail over HTTP.
package struct AuditAccessed: Message, Equatable {
  package var resource: String?
  /// The size of the log the answer was computed at.
  package var logSize: UInt64 = 0

  package init() {}

  package init(resource: String? = nil, logSize: UInt64) {
    self.resource = resource
    self.logSize = logSize
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "resource", &resource)
    try fields.field(2, "log_size", &logSize)
  }
}

/// The vault key of a user or a client was destroyed.
package struct SubjectErased: Message, Equatable {
  package var user: UserOrdinal?
  package var client: ClientOrdinal?

  package init() {}

  package init(user: UserOrdinal? = nil, client: ClientOrdinal? = nil) {
    self.user = user
    self.client = client
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "user", &user)
    try fields.field(2, "client", &client)
  }
}

/// An import reached its end.
package struct ImportCompleted: Message, Equatable {
  package var source = HistorySource.unspecified
  package var files: UInt64 = 0
  package var events: UInt64 = 0
  package var added: UInt64 = 0
  /// Files that were bad; nothing of them was recorded.
  package var filesSkipped: UInt64 = 0

  package init() {}

  package init(
    source: HistorySource, files: UInt64, events: UInt64, added: UInt64, filesSkipped: UInt64
  ) {
    self.source = source
    self.files = files
    self.events = events
    self.added = added
    self.filesSkipped = filesSkipped
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "source", &source)
    try fields.field(2, "files", &files)
    try fields.field(3, "events", &events)
    try fields.field(4, "added", &added)
    try fields.field(5, "files_skipped", &filesSkipped)
  }
}

/// The log is signed with another key from here on.
package struct CheckpointRotated: Message, Equatable {
  /// The verifier key, as other tools read it.
  package var key: String?
  package var previous: String?

  package init() {}

  package init(key: String? = nil, previous: String? = nil) {
    self.key = key
    self.previous = previous
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "key", &key)
    try fields.field(2, "previous", &previous)
  }
}

/// A writer opened the log.
package struct LogStarted: Message, Equatable {
  /// Of the program.
  package var version: String?

  package init() {}

  package init(version: String? = nil) {
    self.version = version
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "version", &version)
  }
}

/// A writer closed the log; nothing of it is missing.
package struct LogStopped: Message, Equatable {

  package init() {}

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
  }
}

/// Records below `first` are no longer kept; the tree over them is.
package struct LogTrimmed: Message, Equatable {
  package var first = SequenceNumber.absent
  /// The root of the tree at `first`.
  package var root: [UInt8]?

  package init() {}

  package init(first: SequenceNumber, root: [UInt8]? = nil) {
    self.first = first
    self.root = root
  }

  package mutating func visit(_ fields: inout some FieldVisitor) throws(WireError) {
    try fields.field(1, "first", &first)
    try fields.field(2, "root", &root)
  }
}
