internal import Foundation
internal import Gateway
internal import Testing

/// One token of a library that writes sessions, with what it was made of.
struct SessionVector: Decodable, CustomTestStringConvertible {
  let version: String
  let cookie: String
  let secret: String
  let token: String

  var testDescription: String { cookie }

  /// What every vector says: the same claims, encrypted three ways.
  static let session = PresentedSession.valid(
    user: "user_1", id: "00000000-0000-4000-8000-000000000001", expires: 4_102_444_800)

  static let all = [authJS, secureAuthJS, nextAuth]

  static let authJS = SessionVector(
    version: "auth.js v5", cookie: "authjs.session-token",
    secret: "keyledger-test-secret",
    token: """
      eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiMnd5bmg2RDBhdDh3NXk5cDlxM3N1NXcx\
      TlRqMUdUSDZmTUdHcVZ2NFJVNThYQkhLWDNMQThiYkJnenJtX1lhUUJmNFNnTUtVQVRuZDhRS2FwV2o0M1EifQ..\
      AAECAwQFBgcICQoLDA0ODw.1OABkVANENggEJcHIbSPYuxs_NfyaEGtoHBUtUHntKOrQVnZK1I36E9DrVaK-oeTl\
      HYlIpCDyB0hmxCOTimOTWNU8fiUduwteNYcIYND8ICZ10F4LH5mwZMnHgne6KV0p1eWIVI1NqLsVfRV4Dx9aKy7V\
      MD7x4EE3e2GR20ytA9Xppbsdf78EOOjxp0c15XC.pn2G9FFCe5z4NKz7AUajDbiI3f80xuQm9y0gBrSG7_A
      """)

  static let secureAuthJS = SessionVector(
    version: "auth.js v5", cookie: "__Secure-authjs.session-token",
    secret: "keyledger-test-secret",
    token: """
      eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoiRERpdmk4R1VPRll5X29YTVBjWEdwZktq\
      aTVfM0dvMlZkZjhraXJpRDE0U19BaHNqaEdLaE9VREhWQ2dreVNCc2lQbjVWQ3JhQjQ4NzZiX18xQ04yUXcifQ..\
      AAECAwQFBgcICQoLDA0ODw.pXWhEq1_Hxpd-SbuM7xKbHaZVXdHqI7CFelcJ8NXbHJJKRJJLNzqK6J8R2RYVb5Cx\
      SKMV5g0wTJxeYfMmtFl5e-KrKzD0aIFkaVPzQxJEUxodM6Mep4imo55OvZLkGrLdLczTm_qggvF3lMSUc9zzr4eS\
      u9mHOz0Oqeg4oYnFrKD_MxP3RAUNC2PSyFTRWC8.RMYdE9TODg6_7O-4-0EKWLjC6fOyaG4OTXS2MoPij3U
      """)

  static let nextAuth = SessionVector(
    version: "next-auth v4", cookie: "next-auth.session-token",
    secret: "keyledger-test-secret",
    token: """
      eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAECAwQFBgcICQoL.-rR6CJiC-Jj-6hAUEFbHkaD6JoTPal\
      5Ibn3JEOSEiLT6_HKSKztNF94vN_3soV-Mpbn-_8YZDE_l7vc0snVEzXt9xDjIkGDnmMNKRbk3lMvAhSv8Okg-5V\
      r-Zrrhz1rx91-Ew0NBpNmYtq2Y82dptKH3cTKIuQP-NWmPF0NKlLbIsKPgZ54.Sa1_L3igngm736GjzpY6ZA
      """)

  /// The same in `../shared/vectors`; nil where the package is alone.
  static func shared() throws -> [SessionVector]? {
    let file = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "shared/vectors/nextauth-sessions.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try JSONDecoder().decode([SessionVector].self, from: Data(contentsOf: file))
  }
}
