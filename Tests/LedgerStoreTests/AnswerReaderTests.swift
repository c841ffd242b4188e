import Ledger
import LedgerStore
import Testing

@Suite("Answers read back from JSON")
struct AnswerReaderTests {
  private func read(_ text: String) -> Value? { AnswerReader.read(Array(text.utf8)) }

  @Test("What is written as JSON is read as it was, in its order; a time as its text")
  func roundTrip() throws {
    let value = Value.object(
      Row([
        "z": .number(.min), "a": .decimal("1.50"), "text": .text("ü\"\\/\n\u{1}\u{7f}😀"),
        "none": .null, "flags": .list([.flag(true), .flag(false)]), "empty": .list([]),
        "object": .object(Row(["b": .object(Row())])),
      ]))
    #expect(read(JSONText.compact(value)) == value)
    #expect(read(JSONText.pretty(value)) == value)
    #expect(
      read(JSONText.compact(.time(Timestamp(seconds: 0)))) == .text(Timestamp(seconds: 0).rfc3339))
  }

  @Test(
    "Escapes that others write are read",
    arguments: [
      (#""\u00fc\ud83d\ude00\/\b\f""#, "ü😀/\u{8}\u{c}"), (#""\u0000""#, "\u{0}"),
    ])
  func escapes(json: String, text: String) { #expect(read(json) == .text(text)) }

  @Test(
    "What is not JSON is nothing",
    arguments: [
      "", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":1,}", "\"a", #""\ud83d""#, #""\ud83dx""#, "tru",
      "1 2", "nonsense", "\"\\u12\"", String(repeating: "[", count: 100),
    ])
  func nonsense(text: String) { #expect(read(text) == nil) }
}
