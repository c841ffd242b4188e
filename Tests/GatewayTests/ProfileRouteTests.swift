import Gateway
import Testing

@Suite("Which request is which operation")
struct ProfileRouteTests {
  let zazmic: APIProfile
  let azen: APIProfile
  let third: APIProfile

  init() throws {
    zazmic = try ProfileFixture.shipped(.zazmic)
    azen = try ProfileFixture.shipped(.azen)
    third = try ProfileFixture.profile(
      ProfileFixture.document(
        """
        "operations":[
        {"name":"home","method":"GET","path":"/"},
        {"name":"items.mine","method":"GET","path":"/items/mine"},
        {"name":"items.read","method":"GET","path":"/items/{id}"},
        {"name":"items.parts","path":"/items/{id}/parts/{part}"},
        {"name":"files","method":"PUT","path":"/files/**"},
        {"name":"tilde","method":"GET","path":"/~user/a:b"}],
        "public":[{"method":"OPTIONS"},{"path":"/docs/**"},{"method":"GET","path":"/health"}]
        """))
  }

  @Test(
    "The routes of zazmic",
    arguments: [
      ("POST", "/api/tasks", "tasks.execute"), ("GET", "/api/tasks", "tasks.list"),
      ("HEAD", "/api/tasks", "tasks.list"), ("PUT", "/api/tasks", "other"),
      ("POST", "/api/tasks/7", "other"), ("POST", "/api", "other"), ("POST", "/", "other"),
      ("POST", "/api/tasks2", "other"), ("POST", "/api/task", "other"), ("POST", "", "other"),
      ("POST", "/API/tasks", "other"), ("POST", "/x/api/tasks", "other"),
    ])
  func zazmic(method: String, target: String, operation: String) {
    #expect(zazmic.route(method: method, target: target) == .operation(operation))
  }

  @Test(
    "However a path is written, it is the same operation",
    arguments: [
      "/api/tasks", "/api/tasks/", "/api//tasks", "//api/tasks", "///api///tasks//",
      "/api/tasks?", "/api/tasks?page=2", "/api/tasks?a=../..&b=%2f%zz\\", "/api/tasks/?x",
      "/%61pi/t%61sks", "/api/%74%61%73%6B%73",
      "/api/%74%61%73%6b%73/?x",
    ])
  func spellings(target: String) {
    #expect(zazmic.route(method: "POST", target: target) == .operation("tasks.execute"))
  }

  @Test(
    "A path that two servers could read as two things is ambiguous",
    arguments: [
      "/api/./tasks", "/api/../api/tasks", "/x/../api/tasks", "/..", "/.", "/../", "/api/tasks/.",
      "/api/tasks/..", "/%2e%2e/api/tasks", "/%2E./tasks", "/.%2e/tasks", "/%2e/tasks",
      "/api%2ftasks", "/api%2Ftasks", "/api%5ctasks", "/api%5Ctasks", "/api\\tasks", "\\api\\tasks",
      "/api/tasks%00", "/api/tasks%00.json", "/api/%0d%0atasks", "/api/tasks%1f", "/api/tasks%7F",
      "/api/tasks\u{0}", "/api/tasks\n", "/api/tasks\r\nX: y", "/api/tasks\t", "/api/tasks x",
      "/api/tasks\u{7f}", "/api/täsks", "/api/tasks%", "/api/tasks%7", "/api/tasks%7?a",
      "/api/tasks%g1", "/api/tasks%1g", "/api/tasks%%", "/api/tasks%25%", "/api/tasks%+1",
      "/api/%c0%af", "/api/%c0%ae%c0%ae/", "/api/%ff", "/api/%c3/%a4", "/api/..;/tasks",
      "/api/.;x/tasks", "/api/..%3b/tasks", "api/tasks", "http://a.example/api/tasks", "*", " ",
      "%2fapi/tasks", "ä", "/api/tasks#top", "/api/tasks#a?b",
    ])
  func ambiguous(target: String) throws {
    for profile in [zazmic, azen, third] {
      guard case .ambiguous(let reason) = profile.route(method: "POST", target: target) else {
        Issue.record("\(target) is taken for \(profile.route(method: "POST", target: target))")
        continue
      }
      #expect(!reason.isEmpty)
    }
  }

  @Test("What is ambiguous is never public")
  func ambiguousIsNotPublic() {
    for target in ["/docs/../items/7", "/docs/%2e%2e/x", "/docs%2fx", "/docs/x\\..", "/docs/%00"] {
      for method in ["GET", "OPTIONS"] {
        let match = third.route(method: method, target: target)
        guard case .ambiguous = match else {
          Issue.record("\(method) \(target) is taken for \(match)")
          continue
        }
      }
    }
  }

  @Test(
    "A method that is not one in capitals is ambiguous",
    arguments: [
      "get", "Post", "", " POST", "POST ", "PO ST", "POST\n", "1GET", "GÉT", "P\u{0}ST", "POST,GET",
      String(repeating: "A", count: 33),
    ])
  func methods(method: String) {
    let match = zazmic.route(method: method, target: "/api/tasks")
    #expect(match == .ambiguous("a method not in capitals"))
  }

  @Test(
    "Dots, escapes and signs that mean nothing are left alone",
    arguments: [
      ("/files/...", "files"), ("/files/.hidden", "files"), ("/files/a..b", "files"),
      ("/files/%252e%252e", "files"), ("/files/%25", "files"), ("/files/%C3%A4", "files"),
      ("/files/a;b=c", "files"), ("/files/%20", "files"), ("/files/%F0%9F%94%91", "files"),
      ("/files", "files"), ("/files/", "files"), ("/files/a/b/c/d", "files"),
      ("/filesystem", "other"), ("/file", "other"),
    ])
  func harmless(target: String, operation: String) {
    #expect(third.route(method: "PUT", target: target) == .operation(operation))
  }

  @Test(
    "A segment in braces is one segment; the first route that matches counts",
    arguments: [
      ("GET", "/items/mine", "items.mine"), ("GET", "/items/7", "items.read"),
      ("GET", "/items", "other"), ("GET", "/items/", "other"), ("GET", "/items//", "other"),
      ("GET", "/items/7/parts", "other"), ("GET", "/items/7/parts/8", "items.parts"),
      ("DELETE", "/items/7/parts/8/", "items.parts"), ("GET", "/items/7/parts/8/9", "other"),
      ("GET", "/items/m%69ne", "items.mine"), ("GET", "/", "home"), ("GET", "", "home"),
      ("GET", "?x", "home"), ("GET", "//", "home"), ("GET", "/~user/a%3Ab", "tilde"),
      ("GET", "/%7Euser/a:b", "tilde"), ("GET", "/items/{id}", "items.read"),
    ])
  func patterns(method: String, target: String, operation: String) {
    #expect(third.route(method: method, target: target) == .operation(operation))
  }

  @Test(
    "A preflight needs no credential in either shipped profile",
    arguments: ["/api/tasks", "/", "*", "/anything/else?x"])
  func preflight(target: String) {
    for profile in [zazmic, azen] {
      #expect(profile.route(method: "OPTIONS", target: target) == .public("other"))
      #expect(profile.route(method: "GET", target: "/anything") == .operation("other"))
    }
  }

  @Test("Public routes are by method, by path, or both, and keep their operation")
  func publicRoutes() {
    #expect(third.route(method: "DELETE", target: "/docs/a/b") == .public("other"))
    #expect(third.route(method: "GET", target: "/docs") == .public("other"))
    #expect(third.route(method: "GET", target: "/docsx") == .operation("other"))
    #expect(third.route(method: "HEAD", target: "/health") == .public("other"))
    #expect(third.route(method: "POST", target: "/health") == .operation("other"))
    #expect(third.route(method: "OPTIONS", target: "/items/1/parts/2") == .public("items.parts"))
  }

  @Test("A path has a greatest length; its query does not count")
  func longPath() {
    let longest = "/files/" + String(repeating: "a", count: 8_192 - 7)
    #expect(third.route(method: "PUT", target: longest) == .operation("files"))
    #expect(third.route(method: "PUT", target: longest + "?" + longest) == .operation("files"))
    #expect(
      third.route(method: "PUT", target: longest + "a")
        == .ambiguous("a path of more than 8192 bytes"))
  }

  @Test("Any byte in a path gives an answer, raw or escaped", arguments: UInt8.min...UInt8.max)
  func everyByte(byte: UInt8) {
    let digits = String(byte, radix: 16)
    let escaped = "/files/x%" + (digits.count == 1 ? "0" : "") + digits + "y"
    let match = third.route(method: "PUT", target: escaped)
    let isRefused = byte < 0x20 || byte >= 0x7f || byte == 0x2f || byte == 0x5c
    #expect((match == .operation("files")) == !isRefused, "\(escaped)")
    guard byte < 0x80 else { return }
    let raw = third.route(method: "PUT", target: "/files/x\(Character(Unicode.Scalar(byte)))y")
    let isRawRefused =
      byte <= 0x20 || byte == 0x7f || byte == 0x5c || byte == 0x25
      || byte == UInt8(ascii: "#")
    #expect((raw == .operation("files")) == !isRawRefused, "byte \(byte)")
  }
}
