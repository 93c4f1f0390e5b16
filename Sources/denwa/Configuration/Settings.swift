import ChatServer
import Foundation
import Passwords
import SecondFactor

/// All that ``ConfigurationKey/all`` can set.
struct Settings: Sendable {
    var server = ServerConfiguration(databaseURL: "")
    /// Where the pepper is; empty for none.
    var pepperFile = ""
    var oldPepperFiles: [String] = []
    /// Whether `serve` applies pending migrations itself.
    var autoMigrate = false
    /// Whether `serve` accepts a database that may forget what it has confirmed.
    var unsafeDurability = false

    /// What applies where nothing is set.
    static let standard = Settings()

    private init() {}

    /// - Throws: ``ConfigurationError`` for the first value that is not as the key demands.
    init(_ sources: [ConfigurationSource]) throws(ConfigurationError) {
        for key in ConfigurationKey.all {
            for source in sources {
                guard let value = try source.value(of: key) else { continue }
                key.apply(value, &self)
                break
            }
        }
    }

    /// The database's URL.
    /// - Throws: ``ConfigurationError/noDatabase`` if none is named.
    func databaseURL() throws(ConfigurationError) -> String {
        guard !server.databaseURL.isEmpty else { throw .noDatabase }
        return server.databaseURL
    }

    /// OWASP's smallest memory for Argon2id with one pass, in KiB.
    private static let onePassMemory = 47_104

    /// The server's settings, with the peppers read from their files.
    /// - Throws: ``ConfigurationError/badValue(_:)`` for a file that cannot be read, or is too short to be a secret, and for
    ///   a hash that would be too cheap to guess.
    func serverConfiguration() throws(ConfigurationError) -> ServerConfiguration {
        var server = server
        guard server.passwordPasses > 1 || server.passwordMemory >= Self.onePassMemory else {
            let expected = "2 or more, or passwordMemory \(Self.onePassMemory) or more"
            throw .badValue(
                .init(key: "passwordPasses", value: "1", expected: expected, place: "The configuration"))
        }
        var previous: [[UInt8]] = []
        for path in oldPepperFiles { previous.append(try Self.pepper(path, "passwordOldPepperFiles")) }
        let current = pepperFile.isEmpty ? nil : try Self.pepper(pepperFile, "passwordPepperFile")
        do {
            server.peppers = try Peppers(current: current, previous: previous)
            server.seal = SecretSeal(current: current, previous: previous)
        } catch {
            throw Self.badPepper(
                current.map { $0.count < error.minimumBytes } == true ? pepperFile : nil, "passwordPepperFile")
        }
        return server
    }

    /// Editors end a file with a line break, which is no part of the secret.
    private static func pepper(_ path: String, _ key: String) throws(ConfigurationError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw badPepper(path, key) }
        return Array(data.last == 0x0A ? data.dropLast() : data)
    }

    private static func badPepper(_ path: String?, _ key: String) -> ConfigurationError {
        .badValue(
            .init(key: key, value: path, expected: "a readable file of 16 bytes or more", place: "The configuration"))
    }
}
