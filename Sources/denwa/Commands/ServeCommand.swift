import ArgumentParser
import ChatServer
import ChatStore
import Migrator
import Postgres
import Schema
import SecondFactor

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server on an existing database.",
        discussion: """
            EXAMPLES
              denwa serve --public-url https://chat.example.com
              denwa serve --config /etc/denwa.json

            The database is named by DATABASE_URL. A flag wins over the environment,
            the environment over the file; see docs/configuration.md.
            """)

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let settings = try options.settings()
        let configuration = try settings.serverConfiguration()
        try await prepare(settings, configuration)
        let host = settings.server.host
        try await ServerRun(configuration: configuration).run { port in
            Terminal.say("denwa \(ChatApplication.version) listens on http://\(host):\(port)")
        }
    }

    private func prepare(_ settings: Settings, _ configuration: ServerConfiguration) async throws {
        let connection = try Connection(url: settings.databaseURL(), settings: .patient)
        try DatabaseCheck(on: connection).verify(acceptLoss: settings.unsafeDurability)
        if settings.autoMigrate {
            try Migrator(files: Schema.migrations).up(on: connection) { Terminal.say("applied \($0.file)") }
        }
        try DatabaseCheck.schemaIsCurrent(on: connection)
        let warnings = [
            configuration.transportWarning, try SecondFactors.warning(configuration, on: connection),
            try await DemoAccounts.warning(configuration, on: connection),
        ]
        for warning in warnings.compactMap({ $0 }) { Terminal.say("Warning: \(warning)") }
    }
}

extension SecondFactors {
    /// What to say about secrets that whoever has a copy of the database can read; `nil` if there is nothing to say.
    fileprivate static func warning(
        _ configuration: ServerConfiguration, on connection: Connection
    ) throws -> String? {
        guard !configuration.seal.seals, try areUsed(on: connection) else { return nil }
        return "There is no pepper, so the secrets of authenticator apps are in the database as they are, and in its "
            + "backups. Name a file with a secret in passwordPepperFile; they are sealed when they are used next."
    }
}
