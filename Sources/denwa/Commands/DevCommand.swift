import ArgumentParser
import ChatCore
import ChatServer
import ChatStore
import DenwaDev
import Foundation
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
            PostgreSQL. The settings DENWA_… apply, except the database.

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

          Demo logins   hanako (the owner)  taro  alice  ken  yuki  emma
          Password      denwa demo password
          Data          \(folder)  (`denwa dev --fresh` starts over)
          Stop          Ctrl-C

        """
    }
}
