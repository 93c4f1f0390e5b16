import Glibc
import NIOCore
import NIOPosix
import Postgres
import TestSupport
import Testing

/// Whoever gives up at a time gets an error then, whatever the database does.
@Suite(.serialized) struct GivingUpTests {
    private static let patience = Duration.milliseconds(400)
    /// What a busy machine may add.
    private static let allowance = Duration.seconds(1)

    /// The error of a job that gives up, which must not come late. On the database's own thread: others may be busy.
    private func failure(
        of database: Database, _ job: @escaping @Sendable (Connection) throws -> Void
    ) async -> PostgresError.Kind? {
        let (kind, time) = await Task(executorPreference: database) {
            let begin = ContinuousClock.now
            var kind: PostgresError.Kind?
            do {
                try await database.run(by: begin + Self.patience, job)
            } catch { kind = (error as? PostgresError)?.kind }
            return (kind, ContinuousClock.now - begin)
        }.value
        #expect(time < Self.patience + Self.allowance)
        return kind
    }

    @Test func onAStatementThatTakesTooLong() async throws {
        let database = Database(url: try TestCluster.freshDatabase(migrated: false), connections: 1)
        #expect(await failure(of: database) { try $0.run("SELECT pg_sleep(5)") } == .connectionLost)
        #expect(try await database.run { try $0.run("SELECT 1").count } == 1)
        try await database.shutdown()
    }

    /// Each of them is quick enough by itself.
    @Test func onManyAnswersThatAreLateTogether() async throws {
        let database = Database(url: try TestCluster.freshDatabase(migrated: false), connections: 1)
        let kind = await failure(of: database) {
            _ = try $0.pipeline([Query](repeating: "SELECT pg_sleep(0.3)", count: 8))
        }
        #expect(kind == .connectionLost)
        try await database.shutdown()
    }

    /// It accepts connections, as a machine does whose programs stand still.
    @Test func onAServerThatDoesNotGreet() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        let database = Database(url: "postgresql://denwa@127.0.0.1:\(port)/denwa?sslmode=disable", connections: 1)
        for _ in 0..<2 {
            #expect(await failure(of: database) { try $0.run("SELECT 1") } == .unreachable)
        }
        try await listener.close()
        try await database.shutdown()
    }

    /// More than the kernel takes for it.
    @Test func onAServerThatDoesNotReadOn() async throws {
        let database = Database(url: try TestCluster.freshDatabase(migrated: false), connections: 1)
        let backend = try await database.run { connection in
            try connection.run("SELECT pg_backend_pid()::bigint AS pid").first?.get("pid", as: Int64.self) ?? 0
        }
        try #require(kill(pid_t(backend), SIGSTOP) == 0)
        // Without giving up, the job would end only when the backend goes on.
        let waking = Task {
            try await Task.sleep(for: .seconds(3))
            kill(pid_t(backend), SIGCONT)
        }
        let text = String(repeating: "x", count: 20_000_000)
        #expect(await failure(of: database) { try $0.run("SELECT length(\(text)) AS n") } == .connectionLost)
        waking.cancel()
        kill(pid_t(backend), SIGCONT)
        #expect(try await database.run { try $0.run("SELECT 1").count } == 1)
        try await database.shutdown()
    }

    /// The connection that nobody waited for is had by the next job.
    @Test func andComesBackToAConnectionThatWasLate() async throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let database = Database(url: url, connections: 1)
        await #expect(throws: PostgresError.self) { try await database.run(by: .now - .seconds(1)) { _ in } }
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await database.run(by: .now + .seconds(60)) { try $0.run("SELECT 1").count } == 1)
        let watcher = Database(url: url, connections: 1, settings: .init(applicationName: "watcher"))
        let count = try await watcher.run { connection in
            try connection.run(
                """
                SELECT 1 FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'denwa'
                """
            ).count
        }
        #expect(count == 1, "a second connection was made")
        try await database.shutdown()
        try await watcher.shutdown()
    }
}
