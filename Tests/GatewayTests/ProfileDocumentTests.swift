import Foundation
import Gateway
import Ledger
import Testing

@Suite("Profile documents")
struct ProfileDocumentTests {
  @Test(
    "The shipped profiles are the files in schemas/profiles", arguments: ShippedProfile.allCases)
  func shipped(profile: ShippedProfile) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "schemas/profiles/\(profile.rawValue).json")
    #expect(try String(contentsOf: file, encoding: .utf8) == profile.document + "\n")
    let parsed = try ProfileFixture.shipped(profile)
    #expect(parsed.name == profile.rawValue)
    #expect(parsed.keyPrefix == profile.rawValue)
  }

  @Test("The rules of zazmic")
  func zazmicRules() throws {
    let rules = try ProfileFixture.shipped(.zazmic).rules
    let minute: Int64 = 60_000_000
    #expect(
      rules
        == ProfileRules(
          limits: [
            ProfileRules.Limit(
              operation: "tasks.execute", algorithm: .fixedWindow, scope: .user,
              limit: RateLimit(capacity: 10, refill: 10, interval: minute),
              isCustomizable: false, isShown: true)
          ],
          costs: [ProfileRules.Cost(operation: "tasks.execute", credits: 1)],
          abuse: AbuseRule(threshold: 10, window: 10 * minute, duration: 10 * minute),
          operations: ["tasks.execute", "tasks.list", "other"]))
  }

  @Test("The rules of azen")
  func azenRules() throws {
    #expect(
      try ProfileFixture.shipped(.azen).rules
        == ProfileRules(
          limits: [
            ProfileRules.Limit(
              operation: nil, algorithm: .tokenBucket, scope: .key,
              limit: RateLimit(capacity: 60, refill: 60, interval: 60_000_000),
              isCustomizable: true, isShown: false)
          ],
          costs: [], abuse: nil, operations: ["memory.create", "other"]))
  }

  @Test("The document is kept as it was given, without the space between its tokens")
  func compact() throws {
    let given = ProfileFixture.document(
      #" "limits" : [ { "per":"key","algorithm":"token-bucket","requests":5,"refill":2,"#
        + "\"seconds\":\t9 } ]",
      limited: #"{"status":429, "body":"a  \" \\\" b\\", "headers":{ "X":"\u0061 b" }}"#)
    let profile = try ProfileFixture.profile(given)
    #expect(profile.document.contains(#""body":"a  \" \\\" b\\","headers":{"X":"\u0061 b"}}"#))
    #expect(profile.document.contains(#""requests":5,"refill":2,"seconds":9}]}"#))
    let again = try ProfileFixture.profile(profile.document)
    #expect(again.document == profile.document)
    #expect(again.rules == profile.rules)
    #expect(profile.rules.limits[0].limit == RateLimit(capacity: 5, refill: 2, interval: 9_000_000))
    let answer = profile.answer(to: RefusalFacts(reason: .rateLimited))
    #expect(answer.body == #"a  " \" b\"#)
    #expect(answer.headers[0] == ("X", "a b"))
  }

  @Test("Every problem is told, each with its path")
  func everyProblem() {
    let document = """
      {"name":"Third","credentials":[],"limits":[{"per":"user","algorithm":"leaky","requests":"10",
      "seconds":0,"operation":"tasks","extra":1}],"credits":{"tasks":-1},"answers":{}}
      """
    #expect(
      ProfileFixture.problems(document.utf8) == [
        "name: expected a lower-case letter, then lower-case letters, digits and '-', at most 64, "
          + "found \"Third\"",
        "keyPrefix: missing",
        "credentials: expected at least one entry",
        "limits[0].extra: unknown; known here: per, algorithm, requests, seconds, refill, "
          + "operation, custom, headers",
        "limits[0].algorithm: expected \"fixed-window\" or \"token-bucket\", found \"leaky\"",
        "limits[0].requests: expected an integer from 1 to 4294967295, found \"10\"",
        "limits[0].seconds: expected an integer from 1 to 4294967295, found 0",
        "limits[0].operation: no operation of this profile: \"tasks\"",
        "credits.tasks: no operation of this profile: \"tasks\"",
        "credits.tasks: expected an integer from 1 to 4294967295, found -1",
        "answers.noCredential: missing", "answers.badCredential: missing",
        "answers.forbidden: missing", "answers.limited: missing", "answers.unavailable: missing",
        "answers.noCredits: missing",
      ])
  }

  @Test(
    "What is not JSON is one problem with its place",
    arguments: [
      ("", "line 1, column 1: expected a value, found the end of the text"),
      ("{\n  \"a\": 1,\n}", "line 3, column 1: expected a member's name in quotes, found '}'"),
      ("{\"a\" 1}", "line 1, column 6: expected \":\", found '1'"),
      ("{\"a\":1} x", "line 1, column 9: expected the end of the text, found 'x'"),
      ("[1,]", "line 1, column 4: expected a value, found ']'"),
      ("[1 2]", "line 1, column 4: expected \",\" or \"]\", found '2'"),
      ("{\"a\":1 \"b\":2}", "line 1, column 8: expected \",\" or \"}\", found '\"'"),
      ("[01]", "line 1, column 3: expected \",\" or \"]\", found '1'"),
      ("[-]", "line 1, column 3: expected a digit, found ']'"),
      ("[1.]", "line 1, column 4: expected a digit, found ']'"),
      ("[1e]", "line 1, column 4: expected a digit, found ']'"),
      ("[+1]", "line 1, column 2: expected a value, found '+'"),
      ("[NaN]", "line 1, column 2: expected a value, found 'N'"),
      ("[tru]", "line 1, column 2: expected a value, found 't'"),
      ("[nul", "line 1, column 2: expected a value, found 'n'"),
      ("[\"a", "line 1, column 2: a string has no end"),
      ("[\"\\", "line 1, column 4: a string has no end"),
      ("[\"\\x\"]", "line 1, column 4: an escape that JSON does not have"),
      ("[\"\\u12g4\"]", "line 1, column 7: expected four hexadecimal digits, found 'g'"),
      ("[\"\\ud800\"]", "line 1, column 4: half a surrogate pair"),
      ("[\"\\ud800\\u0041\"]", "line 1, column 4: half a surrogate pair"),
      ("[\"\\udc00\"]", "line 1, column 4: half a surrogate pair"),
      ("[\"a\nb\"]", "line 1, column 4: a control character in a string"),
      ("\u{feff}{}", "line 1, column 1: expected a value, found byte 0xef"),
      ("// no", "line 1, column 1: expected a value, found '/'"),
      (String(repeating: "[", count: 17), "line 1, column 17: more than 16 levels of nesting"),
      (String(repeating: "[", count: 40_000), "line 1, column 17: more than 16 levels of nesting"),
    ])
  func notJSON(text: String, problem: String) {
    #expect(ProfileFixture.problems(text.utf8) == [problem])
  }

  @Test("A string that is not UTF-8 is refused")
  func notUTF8() {
    let bytes = Array("[\"a".utf8) + [0xff] + Array("\"]".utf8)
    #expect(ProfileFixture.problems(bytes) == ["line 1, column 2: a string is not UTF-8"])
  }

  @Test("A document cut off is refused; one with a bit changed is read or refused in lines")
  func damaged() {
    let document = Array(ShippedProfile.zazmic.document.utf8)
    for length in 0..<document.count {
      #expect(ProfileFixture.problems(document[..<length]).count == 1)
    }
    for index in document.indices {
      var changed = document
      changed[index] ^= 1 << UInt8(index % 8)
      for problem in ProfileFixture.problems(changed) {
        #expect(!problem.contains("\n"))
      }
    }
  }

  @Test("A document has a greatest size, and so have its lists and the problems told of it")
  func bounds() {
    let least = ProfileFixture.document()
    let room = 49_152 - least.utf8.count
    #expect(ProfileFixture.problems((least + String(repeating: " ", count: room)).utf8) == [])
    #expect(
      ProfileFixture.problems((least + String(repeating: " ", count: room + 1)).utf8)
        == ["expected at most 49152 bytes, found 49153"])
    func operations(_ count: Int) -> [String] {
      let list = (0..<count).map { #"{"name":"a\#($0)","path":"/\#($0)"}"# }
      return ProfileFixture.problems(
        ProfileFixture.document("\"operations\":[\(list.joined(separator: ","))]").utf8)
    }
    #expect(operations(256) == [])
    #expect(operations(257) == ["operations: expected at most 256 entries, found 257"])
    let unknown = (0..<200).map { "\"x\($0)\":1" }.joined(separator: ",")
    #expect(ProfileFixture.problems(ProfileFixture.document(unknown).utf8).count == 100)
  }

  @Test("A problem is one line, whatever the document holds")
  func oneLine() {
    let document = ProfileFixture.document(
      #""a\nb\u2028\u0000\"":1,"":2,"tenant":{"header":"x\ny"}"#)
    let long = ProfileFixture.document("\"\(String(repeating: "n", count: 999))\":1")
    for problem in ProfileFixture.problems(document.utf8) + ProfileFixture.problems(long.utf8) {
      #expect(!problem.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 })
      #expect(problem.count < 300)
    }
    #expect(ProfileFixture.problems(document.utf8).count == 3)
  }

  @Test("A route that an earlier one hides is refused")
  func hidden() {
    func problems(_ first: String, _ second: String) -> Bool {
      let list = #"{"name":"a",\#(first)},{"name":"b",\#(second)}"#
      return ProfileFixture.problems(
        ProfileFixture.document("\"operations\":[\(list)]").utf8)
        == ["operations[1]: never matches, because operations[0] matches first"]
    }
    #expect(problems(#""path":"/a""#, #""path":"/a""#))
    #expect(problems(#""path":"/{x}""#, #""path":"/a","method":"GET""#))
    #expect(problems(#""path":"/a/**""#, #""path":"/a""#))
    #expect(problems(#""path":"/**""#, #""path":"/b/{x}/**""#))
    #expect(!problems(#""path":"/a","method":"GET""#, #""path":"/a""#))
    #expect(!problems(#""path":"/a""#, #""path":"/{x}""#))
    #expect(!problems(#""path":"/a""#, #""path":"/a/**""#))
    #expect(!problems(#""path":"/a/b/**""#, #""path":"/a/**""#))
    #expect(!problems(#""path":"/{x}""#, #""path":"/a/**""#))
  }
}
