import ArgumentParser
import Foundation

/// The file, for every command that reads settings.
struct FileOptions: ParsableArguments {
    @Option(help: "A JSON file with settings; also DENWA_CONFIG.")
    var config: String?

    /// Flags first, then the environment, then the file.
    /// - Parameters:
    ///   - flags: texts by key.
    ///   - defaults: what applies where none of these says anything.
    func settings(
        flags: [String: String?], defaults: [String: String] = [:]
    ) throws(ConfigurationError) -> Settings {
        try Settings(sources(flags: flags) + [.commandLine(defaults)])
    }

    /// Where settings are written, the most important place first.
    func sources(flags: [String: String?]) throws(ConfigurationError) -> [ConfigurationSource] {
        let variables = ProcessInfo.processInfo.environment
        var sources = [ConfigurationSource.commandLine(flags.compactMapValues { $0 })]
        sources += try ConfigurationSource.environment(variables)
        if let path = config ?? variables[ConfigurationFile.variable], !path.isEmpty {
            sources.append(try ConfigurationFile.read(path))
        }
        return sources
    }
}

/// What names the database, for commands that need no more.
struct DatabaseOptions: ParsableArguments {
    @OptionGroup var file: FileOptions
    @Option(help: .key("databaseURL")) var databaseURL: String?

    func url() throws -> String {
        try file.settings(flags: ["databaseURL": databaseURL]).databaseURL()
    }
}

/// A flag for each of ``ConfigurationKey/all``. They are taken as text, because one place checks the values of all sources.
struct ServerOptions: ParsableArguments {
    @OptionGroup var file: FileOptions
    @Option(help: .key("databaseURL")) var databaseURL: String?
    @Option(help: .key("host")) var host: String?
    @Option(help: .key("port")) var port: String?
    @Option(help: .key("publicURL")) var publicURL: String?
    @Option(help: .key("allowedOrigins")) var allowedOrigins: String?
    @Option(help: .key("defaultRoom")) var defaultRoom: String?
    @Option(help: .key("databaseConnections")) var databaseConnections: String?
    @Option(help: .key("signUp")) var signUp: String?
    @Flag(help: .key("guests")) var guests = false
    @Option(help: .key("secondFactor")) var secondFactor: String?
    @Option(help: .key("passwordMinimum")) var passwordMinimum: String?
    @Option(help: .key("passwordSlots")) var passwordSlots: String?
    @Option(help: .key("passwordQueue")) var passwordQueue: String?
    @Option(help: .key("passwordMemory")) var passwordMemory: String?
    @Option(help: .key("passwordPasses")) var passwordPasses: String?
    @Option(help: .key("passwordPepperFile")) var passwordPepperFile: String?
    @Option(help: .key("passwordOldPepperFiles")) var passwordOldPepperFiles: String?
    @Option(help: .key("trustedProxies")) var trustedProxies: String?
    @Option(help: .key("heartbeatSeconds")) var heartbeatSeconds: String?
    @Option(help: .key("socketIoPath")) var socketIoPath: String?
    @Option(help: .key("socketIoHistory")) var socketIoHistory: String?
    @Option(help: .key("socketIoWithoutRecovery")) var socketIoWithoutRecovery: String?
    @Option(help: .key("logLevel")) var logLevel: String?
    @Flag(help: .key("autoMigrate")) var autoMigrate = false
    @Flag(help: .key("unsafeDurability")) var unsafeDurability = false

    func settings() throws -> Settings { try file.settings(flags: flags) }

    /// Texts by key; `nil` where a flag was not given.
    var flags: [String: String?] {
        [
            "databaseURL": databaseURL, "host": host, "port": port, "publicURL": publicURL,
            "allowedOrigins": allowedOrigins, "defaultRoom": defaultRoom, "databaseConnections": databaseConnections,
            "signUp": signUp, "guests": guests ? "true" : nil,
            "secondFactor": secondFactor, "passwordMinimum": passwordMinimum,
            "passwordSlots": passwordSlots, "passwordQueue": passwordQueue,
            "passwordMemory": passwordMemory, "passwordPasses": passwordPasses,
            "passwordPepperFile": passwordPepperFile, "passwordOldPepperFiles": passwordOldPepperFiles,
            "trustedProxies": trustedProxies, "heartbeatSeconds": heartbeatSeconds, "socketIoPath": socketIoPath,
            "socketIoHistory": socketIoHistory, "socketIoWithoutRecovery": socketIoWithoutRecovery,
            "logLevel": logLevel,
            "autoMigrate": autoMigrate ? "true" : nil, "unsafeDurability": unsafeDurability ? "true" : nil,
        ]
    }
}

extension ArgumentHelp {
    /// The help of a key, from the table.
    static func key(_ name: String) -> ArgumentHelp {
        guard let key = ConfigurationKey.named(name) else { return "" }
        let standard = key.defaultText == "none" ? "" : " Default: \(key.defaultText)."
        return ArgumentHelp(stringLiteral: (key.meaning + standard).replacing("`", with: ""))
    }
}
