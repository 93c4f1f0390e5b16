// swift-tools-version:6.2
import PackageDescription

// Every dependency is pinned `exact:`; the lock file is not part of the repository.
let nio: Package.Dependency = .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2")

let package = Package(
    name: "denwa",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "denwa", targets: ["denwa"])
    ],
    dependencies: [
        nio,
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", exact: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
    ],
    targets: [
        // C libraries, from Debian packages.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The chat, cut by what each part imports. An arrow that is not here does not compile.
        .target(name: "Postgres", dependencies: ["CLibPQ", .nioCore, .nioPosix]),
        .target(name: "Migrator", dependencies: ["Postgres", .crypto]),
        .target(name: "Schema", exclude: ["embed.txt"], plugins: ["EmbedFiles"]),
        .target(name: "Passwords", dependencies: ["CArgon2", .crypto, .nioConcurrencyHelpers, .nioPosix]),
        .target(
            name: "PasswordPolicy", exclude: ["common-passwords.txt", "common-passwords.licence.txt", "embed.txt"],
            plugins: ["EmbedFiles"]),
        .target(name: "Limits"),
        .target(name: "SecondFactor", dependencies: [.crypto]),
        .target(name: "ChatCore"),
        .target(
            name: "ChatStore",
            dependencies: [
                "ChatCore", "Postgres", "SecondFactor", .crypto, .nioConcurrencyHelpers, .nioCore, .nioPosix, .logging,
                .lifecycle,
            ]),
        .target(name: "ChatRealtime", dependencies: ["ChatCore", .nioConcurrencyHelpers, .nioCore]),
        .target(name: "SocketIO", dependencies: ["ChatCore", "ChatRealtime", .nioConcurrencyHelpers, .nioCore]),
        .target(name: "WebClient", exclude: ["Files", "embed.txt"], plugins: ["EmbedFiles"]),
        .target(
            name: "ChatServer",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatStore", "Limits", "PasswordPolicy", "Passwords", "Postgres",
                "SecondFactor", "SocketIO", "WebClient",
                .nioConcurrencyHelpers, .nioCore, .nioPosix, .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .httpTypes,
                .hummingbird, .hummingbirdCore, .crypto, .logging, .lifecycle, .unixSignals,
            ]),
        .target(name: "DenwaDev", dependencies: ["Postgres"]),
        .target(name: "Backup", dependencies: ["DenwaDev", "Postgres", .crypto]),
        .target(name: "Transfer", dependencies: ["CZlib", "ChatCore", "ChatStore", "Postgres", .crypto]),
        .target(name: "ChatClient", dependencies: ["ChatCore", .nioCore, .nioPosix, .nioHTTP1]),
        .target(
            name: "Bench",
            dependencies: [
                "ChatClient", "ChatCore", "DenwaDev", .nioConcurrencyHelpers, .nioCore, .nioPosix, .histogram,
            ]),
        .target(
            name: "Prove",
            dependencies: [
                "ChatClient", "ChatCore", "DenwaDev", "Migrator", "Postgres", "Schema", "SeededRandom",
                .nioConcurrencyHelpers, .nioCore,
                .nioHTTP1, .nioPosix,
            ]),
        .executableTarget(
            name: "denwa",
            dependencies: [
                "Backup", "Bench", "ChatClient", "ChatCore", "ChatServer", "ChatStore", "DenwaDev", "Limits",
                "Migrator", "PasswordPolicy", "Passwords", "Postgres", "Prove", "Schema", "SecondFactor", "SocketIO",
                "Transfer",
                .argumentParser, .configuration, .logging, .nioCore, .nioPosix,
            ]),

        .target(name: "SeededRandom"),

        // Test-only: never linked into `denwa`.
        .executableTarget(
            name: "FixtureServer",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatServer", "SocketIO", .argumentParser, .httpTypes, .hummingbird,
                .hummingbirdCore, .logging, .nioCore,
                .nioHTTP1, .nioPosix,
            ]),

        // Files compiled into the binary: migrations, demo data, the web client, the API documents.
        .executableTarget(name: "EmbedTool"),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["EmbedTool"], path: "Sources/EmbedFiles"),

        .target(
            name: "TestSupport",
            dependencies: ["DenwaDev", "Migrator", "Postgres", "Schema", .nioConcurrencyHelpers],
            path: "Tests/Support"),
        .target(
            name: "Simulation",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatStore", "Postgres", "SeededRandom", .logging, .nioCore, .nioEmbedded,
            ],
            path: "Tests/Simulation"),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation", .argumentParser, .nioConcurrencyHelpers],
            path: "Tests/Simulate"),
        .executableTarget(
            name: "microbench",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatStore", .logging, .nioConcurrencyHelpers, .nioCore, .nioEmbedded,
            ],
            path: "Tests/Microbench"),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "SeededRandom", "TestSupport"]),
        .testTarget(
            name: "MigratorTests",
            dependencies: ["Migrator", "Schema", "Postgres", "TestSupport", .nioConcurrencyHelpers]),
        .testTarget(
            name: "TransferTests",
            dependencies: [
                "CZlib", "ChatCore", "ChatStore", "Postgres", "SeededRandom", "TestSupport", "Transfer",
            ]),
        .testTarget(name: "BackupTests", dependencies: ["Backup", "Postgres", "TestSupport"]),
        .testTarget(name: "DenwaTests", dependencies: ["denwa", "ChatServer", .argumentParser, .configuration]),
        .testTarget(name: "PasswordsTests", dependencies: ["CArgon2", "Passwords", .nioConcurrencyHelpers]),
        .testTarget(name: "LimitsTests", dependencies: ["Limits", "SeededRandom"]),
        .testTarget(name: "SecondFactorTests", dependencies: ["SecondFactor", .crypto]),
        .testTarget(name: "PasswordPolicyTests", dependencies: ["PasswordPolicy", "SeededRandom"]),
        .testTarget(name: "ChatCoreTests", dependencies: ["ChatCore", "SeededRandom"]),
        .testTarget(name: "BenchTests", dependencies: ["Bench", "ChatClient", .nioCore, .nioPosix]),
        .testTarget(
            name: "ChatClientTests",
            dependencies: [
                "ChatClient", "ChatCore", "SeededRandom", .nioConcurrencyHelpers, .nioCore, .nioHTTP1, .nioPosix,
            ]),
        .testTarget(
            name: "ProveTests",
            dependencies: ["Postgres", "Prove", "SeededRandom", .nioConcurrencyHelpers, .nioCore, .nioPosix]),
        .testTarget(
            name: "ChatStoreTests",
            dependencies: [
                "ChatCore", "ChatStore", "Postgres", "SecondFactor", "Simulation", "TestSupport", .crypto, .logging,
                .nioConcurrencyHelpers, .nioCore, .nioPosix,
            ]),
        .testTarget(
            name: "ChatRealtimeTests",
            dependencies: [
                "ChatCore", "ChatRealtime", "SeededRandom", "Simulation", .nioCore, .nioEmbedded, .nioPosix,
            ]),
        .testTarget(
            name: "SocketIOTests",
            dependencies: ["ChatCore", "ChatRealtime", "SeededRandom", "SocketIO", .nioCore, .nioEmbedded]),
        .testTarget(
            name: "ChatServerTests",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatServer", "ChatStore", "WebClient", .httpTypes, .hummingbirdCore,
                .nioConcurrencyHelpers, .nioPosix,
            ]),
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "ChatCore", "ChatRealtime", "ChatServer", "ChatStore", "Limits", "Migrator", "PasswordPolicy",
                "Passwords", "Postgres", "SecondFactor",
                "SeededRandom",
                "SocketIO",
                "denwa",
                .httpTypes, .hummingbird, .hummingbirdCore, .logging, .nioCore, .nioEmbedded, .nioHTTP1, .nioHTTPTypes,
                .nioHTTPTypesHTTP1,
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        // On the way of a message our modules call each other all the time.
        .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
    ]
}

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var configuration: Self { .product(name: "Configuration", package: "swift-configuration") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var histogram: Self { .product(name: "Histogram", package: "hdrhistogram-swift") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioConcurrencyHelpers: Self { .product(name: "NIOConcurrencyHelpers", package: "swift-nio") }
    static var nioEmbedded: Self { .product(name: "NIOEmbedded", package: "swift-nio") }
    static var nioHTTP1: Self { .product(name: "NIOHTTP1", package: "swift-nio") }
    static var nioHTTPTypes: Self { .product(name: "NIOHTTPTypes", package: "swift-nio-extras") }
    static var nioHTTPTypesHTTP1: Self { .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
}
