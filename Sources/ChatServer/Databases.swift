import Postgres

/// The server's connections, kept apart so that none of their users can starve another.
struct Databases {
    /// Lanes of the room writer, each with a connection of its own.
    static let writerLanes = 2
    /// How long the writer trusts a silent database: its senders are answered by then.
    private static let writerPatience = Duration.milliseconds(2500)

    /// For requests and sockets.
    let requests: Database
    /// For the room writer alone.
    let writer: Database
    /// For ``DatabaseWatch`` alone.
    let watch: Database

    init(_ configuration: ServerConfiguration) {
        let url = configuration.databaseURL
        self.requests = Database(url: url, connections: configuration.databaseConnections)
        self.writer = Database(
            url: url, connections: Self.writerLanes,
            settings: ConnectionSettings(applicationName: "denwa writer", answerWithin: Self.writerPatience))
        self.watch = Database(url: url, connections: 1, settings: DatabaseWatch.settings)
    }

    /// Ends the connections after the jobs that they have.
    func shutdown() async {
        for database in [writer, watch, requests] { try? await database.shutdown() }
    }
}
