import Foundation
import Projection
import Testing

@Suite("The projection's schema")
struct SchemaTests {
  @Test("The tables are those of schemas/projection.sql, to the letter")
  func sameText() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appending(path: "schemas/projection.sql")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.trimmingCharacters(in: .newlines) == ProjectionSchema.sql)
  }

  @Test("Every table but the position is compared")
  func everyTable() {
    let made = ProjectionSchema.sql.split(separator: "\n")
      .filter { $0.hasPrefix("CREATE TABLE ") }
      .map { String($0.split(separator: " ")[2]) }
    #expect(Set(made) == Set(ProjectionSchema.tables + ["position"]))
  }
}
