package import Ledger
internal import Projection
internal import Secrets

/// What of somebody else's history is recorded already, found without a writer: importing the same
/// files again must not need one.
package struct KnownHistory {
  private let database: ProjectionDatabase
  private let keys: VaultKeys
  private let source: HistorySource

  /// `nil` where only a writer can tell: the projection is behind, or the vault is not at hand.
  package init?(_ reader: LedgerReader, source: HistorySource) throws(StoreError) {
    guard reader.logSize > 0, let database = try reader.projection(at: reader.logSize) else {
      return nil
    }
    let count: UInt64
    do throws(ProjectionError) { count = try database.importedCount() } catch { return nil }
    guard try count == reader.state(at: .now).state.imported else { return nil }
    let secret = reader.directory.secret
    do throws(SecretsError) {
      keys = try VaultKeys(reading: try SecretsDirectory(opening: secret))
    } catch {
      return nil
    }
    self.database = database
    self.source = source
  }

  /// Whether every event is recorded with this very content.
  package func holdsAll(_ events: [HistoryEvent]) throws(StoreError) -> Bool {
    for event in events {
      let recorded: UInt64?
      do throws(ProjectionError) {
        recorded = try database.imported(source, id: event.id)
      } catch { throw .projection(error) }
      guard let recorded, recorded == keys.importFingerprint(event.content) else { return false }
    }
    return true
  }
}
