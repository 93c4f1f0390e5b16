import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import DenwaDev
import Foundation
import Limits
import Migrator
import Postgres
import Schema

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run a chat with a private PostgreSQL and demo data, on this machine only.",
        discussion: """
            The data is in .denwa of the current folder and stays there. Pages of
            http://localhost:3000 may use the server, and guests may come in. Ctrl-C stops it and its
            PostgreSQL. The settings DENWA_… apply, except the database, and the host unless it is
            one of this machine alone.

            EXAMPLES
              denwa dev
              denwa dev --port 8080 --folder /tmp/chat
              denwa dev --fresh --yes
            """)

    @Option(help: "Where the data is.") var folder = ".denwa"
    @Option(help: "Where to listen; default 3001.") var port: String?
    @Flag(help: "Delete the data first, after asking.") var fresh = false
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var file: FileOptions

    func run() async throws {
        var settings = try file.settings(flags: ["port": port], defaults: ["guests": "true"])
        try checkHost(settings.server.host)
        let folder = URL(filePath: folder).standardizedFileURL.path
        let lock = try FolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        if fresh { try startOver(folder) }
        Interruption.watch()
        let cluster = try Cluster.start(folder: folder, notice: Terminal.say)
        defer { cluster.stop() }
        settings.server.databaseURL = try prepare(cluster)
        settings.server.allowedOrigins += ["http://localhost:3000", "http://127.0.0.1:\(settings.server.port)"]
        guard !Interruption.happened else { return }
        try await ServerRun(configuration: settings.serverConfiguration()).run { port in
            Terminal.data(Self.welcome(port: port, folder: folder))
            if Interruption.happened { kill(getpid(), SIGTERM) }
        }
    }

    /// Everybody knows the demo's passwords, one of them the owner's.
    private func checkHost(_ host: String) throws(ConfigurationError) {
        guard host != "localhost", IPAddress(host)?.isLoopback != true else { return }
        let expected =
            "an address that only this machine reaches, because the demo's passwords are public; `denwa serve` "
            + "is for networks"
        throw .badValue(.init(key: "host", value: host, expected: expected, place: "The configuration"))
    }

    private func startOver(_ folder: String) throws {
        if !yes {
            guard let answer = Terminal.ask("Delete all data in \(folder)? Type yes:") else {
                throw ValidationError("--fresh deletes all data in \(folder); without a terminal to ask on, add --yes.")
            }
            guard answer == "yes" else { throw CleanExit.message("Nothing was deleted.") }
        }
        try Cluster.remove(folder: folder)
    }

    /// - Returns: the URL of a database with the newest schema and the demo.
    private func prepare(_ cluster: Cluster) throws -> String {
        let url = try cluster.createDatabase("denwa")
        let connection = try Connection(url: url, settings: .patient)
        try Migrator(files: Schema.migrations).up(on: connection)
        try Seeder(files: Schema.seeds).load(on: connection)
        try AccountRecords.makeFirstOwner(Handle("hanako"), on: connection)
        return url
    }

    private static func welcome(port: Int, folder: String) -> String {
        """

          電話 Denwa \(ChatApplication.version)   http://localhost:\(port)

          Demo logins   \(DemoAccounts.handles[0]) (the owner)  \(DemoAccounts.handles.dropFirst().joined(separator: "  "))
          Password      \(DemoAccounts.password)
          Data          \(folder)  (`denwa dev --fresh` starts over)
          Stop          Ctrl-C

        """
    }
}
