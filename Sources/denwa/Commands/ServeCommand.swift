import ArgumentParser
import ChatServer
import Migrator
import Postgres
import Schema

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
        try prepare(settings)
        let host = settings.server.host
        let configuration = try settings.serverConfiguration()
        if let warning = configuration.transportWarning { Terminal.say("Warning: \(warning)") }
        try await ServerRun(configuration: configuration).run { port in
            Terminal.say("denwa \(ChatApplication.version) listens on http://\(host):\(port)")
        }
    }

    private func prepare(_ settings: Settings) throws {
        let connection = try Connection(url: settings.databaseURL(), settings: .patient)
        try DatabaseCheck(on: connection).verify(acceptLoss: settings.unsafeDurability)
        if settings.autoMigrate {
            try Migrator(files: Schema.migrations).up(on: connection) { Terminal.say("applied \($0.file)") }
        }
        try DatabaseCheck.schemaIsCurrent(on: connection)
    }
}
