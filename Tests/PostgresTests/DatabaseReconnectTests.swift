import Postgres
import TestSupport
import Testing

@Suite struct DatabaseReconnectTests {
    /// A connection that PostgreSQL has ended while nobody used it costs no job.
    @Test func replacesConnectionsThatEndedWhileIdle() async throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let database = Database(url: url, connections: 1)
        let killer = Database(url: url, connections: 1)
        for _ in 0..<5 {
            let backend = try await database.run { try $0.backend() }
            try await killer.run { _ = try $0.run("SELECT pg_terminate_backend(\(backend)::int, 5000)") }
            let next = try await database.run { try $0.backend() }
            #expect(next != backend)
        }
        try await database.shutdown()
        try await killer.shutdown()
    }
}

extension Connection {
    fileprivate func backend() throws -> Int64 {
        try run("SELECT pg_backend_pid()::bigint AS pid").first?.get("pid") ?? 0
    }
}
