/// The tables of the projection; the same text as `schemas/projection.sql`, which a test compares.
package enum ProjectionSchema {
  /// Raised with every change; a database of another version is made anew.
  package static let version = 2

  /// Every table but `position`, in the order in which they are compared.
  package static let tables = [
    "organizations", "users", "operations", "keys", "usage", "imports", "tasks",
  ]

  package static let sql = """
    -- state/projection.sqlite: what keyledger folds from the log for questions that need no
    -- history. Disposable: `keyledger rebuild` makes it anew. Only the holder of the directory's
    -- lock writes it. Times are microseconds since 1970-01-01T00:00:00Z. Ordinals are those of
    -- schemas/event.proto; -1 stands for "none" where a column is part of a key. Who a user is
    -- stays sealed.

    -- One row: the log these tables are folded from, and how much of it. Changes in one
    -- transaction with every row it speaks for.
    CREATE TABLE position (
      id INTEGER PRIMARY KEY CHECK (id = 0),
      schema_version INTEGER NOT NULL,
      log_id BLOB NOT NULL,
      log_size INTEGER NOT NULL,
      -- SHA-256 leaf hash of record log_size - 1: ties the rows to this history, so that they are
      -- not taken for those of an older copy of the log that went another way.
      last_leaf BLOB NOT NULL
    ) STRICT;

    CREATE TABLE organizations (
      ordinal INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      since INTEGER,
      is_enabled INTEGER NOT NULL,
      last_allowed INTEGER,
      allowed INTEGER NOT NULL,
      refused INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE users (
      ordinal INTEGER PRIMARY KEY,
      tag BLOB,
      sealed_key_id BLOB,
      sealed_box BLOB,
      organization INTEGER,
      since INTEGER,
      is_enabled INTEGER NOT NULL,
      is_erased INTEGER NOT NULL,
      last_allowed INTEGER,
      allowed INTEGER NOT NULL,
      refused INTEGER NOT NULL,
      credits INTEGER NOT NULL,
      blocked_until INTEGER
    ) STRICT;

    CREATE TABLE operations (
      ordinal INTEGER PRIMARY KEY,
      name TEXT NOT NULL
    ) STRICT;

    CREATE TABLE keys (
      ordinal INTEGER PRIMARY KEY,
      id TEXT NOT NULL,
      organization INTEGER,
      user INTEGER,
      kind TEXT NOT NULL,
      environment TEXT,
      name TEXT,
      hint TEXT,
      since INTEGER,
      created INTEGER,
      is_enabled INTEGER NOT NULL,
      expires INTEGER,
      expiry_estimated INTEGER NOT NULL,
      revoked INTEGER,
      last_allowed INTEGER,
      allowed INTEGER NOT NULL,
      refused INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX keys_by_id ON keys (id);

    -- Requests counted by the hour (UTC) in which they happened, those of a flood without
    -- their operation. `source` and `type` are the
    -- numbers of HistorySource and RequestType, `reason` that of Reason, in schemas/event.proto.
    CREATE TABLE usage (
      hour INTEGER NOT NULL,
      organization INTEGER NOT NULL,
      user INTEGER NOT NULL,
      key INTEGER NOT NULL,
      operation INTEGER NOT NULL,
      reason INTEGER NOT NULL,
      source INTEGER NOT NULL,
      type INTEGER NOT NULL,
      count INTEGER NOT NULL,
      PRIMARY KEY (hour, organization, user, key, operation, reason, source, type)
    ) STRICT, WITHOUT ROWID;

    -- Every event of imported history ever recorded, by the source's own id.
    CREATE TABLE imports (
      source INTEGER NOT NULL,
      id TEXT NOT NULL,
      fingerprint INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (source, id)
    ) STRICT, WITHOUT ROWID;

    -- The first report of every task, by user and keyed hash of the task's id.
    CREATE TABLE tasks (
      user INTEGER NOT NULL,
      task BLOB NOT NULL,
      sequence INTEGER NOT NULL,
      succeeded INTEGER NOT NULL,
      PRIMARY KEY (user, task)
    ) STRICT, WITHOUT ROWID;
    """
}
