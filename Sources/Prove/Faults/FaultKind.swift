/// What is done to the server, the database, the network and the clients.
package enum FaultKind: String, CaseIterable, Sendable {
    /// `kill -9` of the server, and a new one on the same port.
    case killServer = "kill-server"
    /// SIGTERM, and a new one once it has ended.
    case stopServer = "stop-server"
    /// The server stands still for a few seconds (SIGSTOP).
    case freezeServer = "freeze-server"
    /// `kill -9` of PostgreSQL, and a start with crash recovery.
    case crashDatabase = "crash-database"
    /// PostgreSQL and all its processes stand still for a few seconds.
    case hangDatabase = "hang-database"
    /// `pg_terminate_backend` for the server's connections.
    case terminateBackends = "terminate-backends"
    /// Connections to PostgreSQL break around COMMIT: before the request, after it, or with the answer on its way.
    case cutCommits = "cut-commits"
    /// The way to PostgreSQL is slow.
    case slowDatabase = "slow-database"
    /// Connections of clients break.
    case cutClients = "cut-clients"
    /// The way from clients to the server is slow.
    case slowClients = "slow-clients"
    /// The way from clients to the server swallows everything and breaks later, or goes on.
    case halfOpenClients = "half-open-clients"
    /// Readers stop reading for a few seconds.
    case stallReaders = "stall-readers"
    /// All clients hang up at once and come back.
    case reconnectStorm = "reconnect-storm"
    /// The clock that the server sees is set back or forth; needs libfaketime.
    case clockStep = "clock-step"

    /// How often, in a hundred.
    var weight: Int {
        switch self {
        case .cutCommits: 14
        case .killServer, .terminateBackends, .cutClients: 12
        case .stallReaders, .reconnectStorm: 8
        case .stopServer, .slowDatabase, .slowClients: 6
        case .halfOpenClients: 5
        case .crashDatabase, .freezeServer, .clockStep: 4
        case .hangDatabase: 3
        }
    }

    /// Milliseconds that it lasts, from a short to a long one; 0: it is over at once.
    var length: ClosedRange<Int> {
        switch self {
        case .killServer, .stopServer, .crashDatabase, .terminateBackends, .cutClients, .reconnectStorm, .clockStep:
            0...0
        case .cutCommits: 500...2000
        case .freezeServer, .hangDatabase: 1000...4000
        case .slowDatabase, .slowClients, .halfOpenClients: 1000...3000
        case .stallReaders: 2000...10_000
        }
    }
}
