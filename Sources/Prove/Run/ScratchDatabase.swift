import DenwaDev
import Migrator
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Postgres
import Schema

/// A private PostgreSQL for one run, reached by the server through a proxy and by us directly.
final class ScratchDatabase: Sendable {
    private static let name = "denwa"
    private static let ownName = "denwa prove"

    let proxy: FaultProxy
    private let cluster: Cluster
    private let terminatedSoFar = NIOLockedValueBox<[String: Int]>([:])
    /// For what waits.
    private let threads = NIOThreadPool(numberOfThreads: 2)

    /// - Parameter acceptLoss: whether a crash may lose what was confirmed just before.
    static func start(acceptLoss: Bool, on group: any EventLoopGroup) async throws -> ScratchDatabase {
        let cluster = try Cluster.temporary(options: ClusterOptions(maxConnections: 100))
        let url = try cluster.createDatabase(name)
        let connection = try Connection(url: url, settings: .patient)
        try Migrator(files: Schema.migrations).up(on: connection)
        if acceptLoss { try connection.execute(script: "ALTER DATABASE \(name) SET synchronous_commit = off") }
        let proxy = try await FaultProxy.start(
            to: SocketAddress(unixDomainSocketPath: cluster.socketPath), on: group,
            cutting: .commits(of: "denwa writer"))
        return ScratchDatabase(cluster, proxy)
    }

    private init(_ cluster: Cluster, _ proxy: FaultProxy) {
        self.cluster = cluster
        self.proxy = proxy
        threads.start()
    }

    /// Where its data is, until the end.
    var folder: String { cluster.folder }

    /// For the server: through the proxy.
    var serverURL: String {
        "postgresql://denwa@127.0.0.1:\(proxy.port)/\(Self.name)?sslmode=disable&gssencmode=disable"
    }

    /// Lends a connection of our own, around the proxy.
    func run<T: Sendable>(_ body: @escaping @Sendable (Connection) throws -> T) async throws -> T {
        let url = cluster.url(database: Self.name)
        return try await threads.runIfActive {
            var settings = ConnectionSettings.patient
            settings.applicationName = Self.ownName
            return try body(Connection(url: url, settings: settings))
        }
    }

    /// `kill -9`, and a start with crash recovery.
    func crash() async throws {
        try await threads.runIfActive { [cluster] in
            cluster.crash()
            try cluster.restart()
        }
    }

    /// Stands still for a time.
    func hang(for time: Duration) async {
        let processes = cluster.suspend()
        try? await Task.sleep(for: time)
        cluster.resume(processes)
    }

    /// Ends connections of the server: those of requests, of the room writer and of the watch.
    /// - Parameter all: else only one, of those that are at work if there are any.
    func terminateBackends(all: Bool) async throws {
        let ended = try await run { connection in
            try connection.run(
                """
                SELECT name FROM (
                    SELECT pid, application_name AS name FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name LIKE 'denwa%'
                        AND application_name <> \(Self.ownName)
                    ORDER BY (state = 'active') DESC, random() LIMIT \(Int64(all ? 1000 : 1))
                ) chosen
                WHERE pg_terminate_backend(pid)
                """
            ).map { try $0.get("name", as: String.self) }
        }
        terminatedSoFar.withLockedValue { for name in ended { $0[name, default: 0] += 1 } }
    }

    /// How many connections were ended on purpose, by what they call themselves.
    var terminated: [String: Int] { terminatedSoFar.withLockedValue { $0 } }

    func stop() async {
        await proxy.stop()
        cluster.stop()
        try? await threads.shutdownGracefully()
    }
}
