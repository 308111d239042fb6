// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLSEvents: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioLocks: Target.Dependency = .product(
    name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(
    name: "HummingbirdTLS", package: "hummingbird")
let arguments: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "freeim",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "FreeIMServer", targets: ["FreeIMServer"]),
        .library(name: "FreeIMClient", targets: ["FreeIMClient"]),
        .executable(name: "freeim-server", targets: ["freeim-server"]),
        .executable(name: "imtui", targets: ["imtui"]),
        .executable(name: "imtui-bench", targets: ["imtui-bench"]),
        .executable(name: "imbench", targets: ["imbench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CNcurses", pkgConfig: "ncursesw", providers: [.apt(["libncursesw5-dev"])]),
        .target(
            name: "FreeIMSchema", path: "sql", sources: ["Schema.swift"],
            resources: [.embedInCode("server"), .embedInCode("client")], swiftSettings: strict),
        .target(
            name: "FreeIMProtocol", dependencies: [nio, protobuf], swiftSettings: strict),
        .target(
            name: "FreeIMCore", dependencies: ["FreeIMProtocol", deque], swiftSettings: strict),
        .target(name: "FreeIMText", swiftSettings: strict),
        .target(
            name: "FreeIMHTTPClient", dependencies: [nio, nioPosix, nioHTTP, nioTLS],
            swiftSettings: strict),
        .target(
            name: "FreeIMServer",
            dependencies: [
                "FreeIMCore", "FreeIMSchema", "FreeIMText", "FreeIMHTTPClient", nio, nioPosix,
                nioLocks, nioHTTP, nioTLS, nioTLSEvents, nioWebSocket, hummingbird, hummingbirdTLS,
                lifecycle, grdb, grdbSQLite, logging, crypto, cryptoExtras, yams,
            ], resources: [.embedInCode("Page/page.html")], swiftSettings: strict),
        .executableTarget(
            name: "freeim-server", dependencies: ["FreeIMServer"],
            swiftSettings: strict),
        .target(
            name: "FreeIMClient",
            dependencies: [
                "FreeIMCore", "FreeIMSchema", "FreeIMText", "FreeIMHTTPClient", nio, nioPosix,
                nioTLS, grdb,
                deque,
            ], swiftSettings: strict),
        .executableTarget(
            name: "imtui", dependencies: ["FreeIMClient", "CNcurses", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "imtui-bench", dependencies: ["FreeIMClient", arguments],
            swiftSettings: strict),
        .executableTarget(
            name: "imbench",
            dependencies: [
                "FreeIMCore", "FreeIMHTTPClient", nio, nioPosix, nioLocks, nioHTTP, nioTLS,
                nioWebSocket, histogram, arguments, deque, yams, crypto,
            ], swiftSettings: strict),
        .testTarget(
            name: "FreeIMProtocolTests", dependencies: ["FreeIMProtocol"], swiftSettings: strict),
        .testTarget(name: "FreeIMTextTests", dependencies: ["FreeIMText"], swiftSettings: strict),
        .testTarget(name: "FreeIMCoreTests", dependencies: ["FreeIMCore"], swiftSettings: strict),
        .testTarget(
            name: "FreeIMServerTests",
            dependencies: ["FreeIMServer", "FreeIMHTTPClient", "freeim-server", nioEmbedded],
            swiftSettings: strict),
        .testTarget(
            name: "FreeIMClientTests",
            dependencies: [
                "FreeIMClient", "FreeIMSchema", "FreeIMServer", "freeim-server", "imtui-bench",
                grdb, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ImtuiTests", dependencies: ["imtui", "freeim-server"], swiftSettings: strict),
        .testTarget(
            name: "ImbenchTests", dependencies: ["imbench", "freeim-server", nioEmbedded],
            swiftSettings: strict),
        .testTarget(name: "HouseTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
