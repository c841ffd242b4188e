// swift-tools-version: 6.2
import PackageDescription

/// The same rules for every Swift target: Swift 6 mode, explicit existentials, imports that do
/// not leak, and members only of what the file itself imports.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// One library target. Arrows point down; see "The way through" in README.md.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude,
    swiftSettings: swiftSettings)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "keyledger",
  products: [
    .executable(name: "keyledger", targets: ["keyledger"]),
    .executable(name: "keyledgerd", targets: ["keyledgerd"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    // C: the system's liblz4 and zlib, and CRC32C in hardware.
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CCRC32C"),

    // Pure: no files, no clock, no randomness.
    library("Ledger"),
    library("Transparency", [crypto]),

    // Bytes on disk.
    library("EventLog", ["Transparency", "CLZ4", "CCRC32C"]),
    library("Secrets", ["Transparency", crypto]),
    library("Projection", ["Ledger", grdb]),

    // What joins them, and what a person runs.
    library("LedgerStore", ["Ledger", "Transparency", "EventLog", "Secrets", "Projection"]),
    library("CloudTrail", ["Ledger", "CZlib"]),
    library(
      "Gateway",
      [
        "LedgerStore", "CloudTrail", crypto, cryptoExtras, hummingbird, hummingbirdTLS, logging,
        nio, nioPosix, nioSSL, httpTypes, lifecycle, signals,
      ]),
    .executableTarget(
      name: "keyledgerd", dependencies: ["Gateway", "LedgerStore", argumentParser, logging],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "keyledger",
      dependencies: [
        "LedgerStore", "CloudTrail", argumentParser, httpClient, nio, nioHTTP1, nioPosix,
      ],
      swiftSettings: swiftSettings),

    tests(of: "Ledger", exclude: ["protobuf_oracle.py"]),
    tests(of: "Transparency", [crypto]),
    tests(of: "EventLog", ["Transparency"]),
    tests(of: "Secrets", ["Transparency"]),
    tests(of: "CloudTrail", ["Ledger"]),
    tests(of: "Projection", ["Ledger"]),
    tests(of: "Gateway", ["Ledger", "LedgerStore", crypto, cryptoExtras]),
    tests(of: "LedgerStore", ["CloudTrail", "EventLog", "Ledger", "Secrets", "Transparency"]),
  ]
)
