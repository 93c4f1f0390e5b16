import Foundation
import Postgres
import SeededRandom
import Synchronization
import TestSupport
import Testing

/// Callers that go away at random moments: nobody may ever get somebody else's answer, and no connection may be lost,
/// left in a transaction, or kept.
@Suite struct CancellationTests {
    private static let cancellations = 10_000
    private static let connections = 4
    private static let seed: UInt64 = 20_261_123

    private enum Outcome: Sendable {
        case answered
        case cancelled
        case failedAsAsked
        /// Another caller's nonce, or half an answer.
        case mismatch(String)
        case unexpected(String)

        var isOdd: Bool {
            switch self {
            case .mismatch, .unexpected: true
            default: false
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func keepAnswersAndConnectionsApart() async throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let database = Database(
            url: url, connections: Self.connections, settings: .init(applicationName: "cancelled"), waitingLimit: 256,
            patience: .seconds(60))
        let observer = Database(url: url, connections: 1, settings: .init(applicationName: "observer"))
        try await prepare(database)
        let backends = try await Self.backends(observer)
        #expect(backends.count == Self.connections)

        let outcomes = await storm(on: database)
        let odd = outcomes.filter { $0.isOdd }
        #expect(odd.isEmpty, "seed \(Self.seed): \(odd.prefix(5))")
        let count = outcomes.reduce(into: [String: Int]()) { $0["\($1)", default: 0] += $1.isOdd ? 0 : 1 }
        #expect(count["answered", default: 0] > 500 && count["failedAsAsked", default: 0] > 500, "\(count)")
        #expect(count["cancelled", default: 0] > 500, "\(count)")

        #expect(try await Self.backends(observer) == backends, "the same backends as before, all idle")
        try await fullWidth(database)
        try await database.shutdown()
        for _ in 0..<50 where try await !Self.backends(observer).isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await Self.backends(observer).isEmpty)
        try await observer.shutdown()
    }

    /// Opens every connection, and makes the table that transactions write to.
    private func prepare(_ database: Database) async throws {
        try await database.run { _ = try $0.run("CREATE TABLE notes (nonce bigint PRIMARY KEY)") }
        try await fullWidth(database)
    }

    /// As many jobs at the same time as there are connections: each waits until all of them run.
    private func fullWidth(_ database: Database) async throws {
        let backends = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<Self.connections {
                group.addTask {
                    try await database.run { connection in
                        let rows = try connection.run("SELECT pg_backend_pid()::bigint AS pid, pg_sleep(0.2)::text")
                        return try rows.first?.get("pid") ?? 0
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(backends.count == Self.connections)
    }

    private static func backends(_ observer: Database) async throws -> Set<String> {
        try await observer.run { connection in
            let rows = try connection.run(
                """
                SELECT pid || ' ' || state AS backend FROM pg_stat_activity
                WHERE application_name = 'cancelled' AND datname = current_database()
                """)
            return Set(try rows.map { try $0.get("backend", as: String.self) })
        }
    }

    // MARK: - The storm

    /// Cancels every task once, before, while, or after its query runs.
    private func storm(on database: Database) async -> [Outcome] {
        var generator = SeededGenerator(seed: Self.seed)
        var outcomes: [Outcome] = []
        var nonce: Int64 = 0
        while outcomes.count < Self.cancellations {
            // Up to 200 at a time: what waits is bounded.
            let tasks = (0..<Int.random(in: 1...200, using: &generator)).map { _ in
                nonce += 1
                let query = Errand(nonce: nonce, kind: Int.random(in: 0..<20, using: &generator))
                return Task { await query.run(on: database) }
            }
            for task in tasks.shuffled(using: &generator) {
                if Int.random(in: 0..<8, using: &generator) == 0 { await Task.yield() }
                if Int.random(in: 0..<12, using: &generator) == 0 {
                    try? await Task.sleep(for: .microseconds(Int.random(in: 0...3000, using: &generator)))
                }
                task.cancel()
            }
            for task in tasks { outcomes.append(await task.value) }
        }
        return outcomes
    }

    /// One query that can only have one answer.
    private struct Errand: Sendable {
        let nonce: Int64
        let kind: Int

        func run(on database: Database) async -> Outcome {
            do {
                return try await database.run { connection in try answer(on: connection) }
            } catch is CancellationError {
                return .cancelled
            } catch let error as PostgresError where error.kind == .server {
                // The message holds the nonce of whoever asked for the failure.
                return error.message.contains("<\(nonce)>") ? .failedAsAsked : .mismatch("\(nonce): \(error)")
            } catch is Stop {
                return .failedAsAsked
            } catch {
                return .unexpected("\(nonce): \(error)")
            }
        }

        private struct Stop: Error {}

        private func answer(on connection: Connection) throws -> Outcome {
            switch kind {
            case 0..<4: return try expect("SELECT \(nonce) AS nonce", on: connection)
            case 4: return try expect("SELECT \(nonce) AS nonce, pg_sleep(0.005)::text", on: connection)
            case 5..<8: return try fail(on: connection)
            case 8..<10: return try big(on: connection)
            case 10..<12: return try pipeline(on: connection)
            case 12..<14: return try failInPipeline(on: connection)
            case 14..<17: return try transaction(stops: false, on: connection)
            default: return try transaction(stops: true, on: connection)
            }
        }

        private func expect(_ query: Query, on connection: Connection) throws -> Outcome {
            check(try connection.run(query))
        }

        private func check(_ rows: Rows?, count: Int = 1) -> Outcome {
            let nonces = rows?.map { try? $0.get("nonce", as: Int64.self) } ?? []
            return nonces.count == count && nonces.allSatisfy { $0 == nonce }
                ? .answered : .mismatch("\(nonce): \(nonces.prefix(3)) in \(nonces.count) rows")
        }

        private func fail(on connection: Connection) throws -> Outcome {
            try expect("SELECT ('<' || \(nonce)::text || '>')::bigint AS nonce", on: connection)
        }

        private func big(on connection: Connection) throws -> Outcome {
            let rows = try connection.run(
                "SELECT \(nonce) AS nonce, repeat('x', 2000) AS text FROM generate_series(1, 100)")
            return check(rows, count: 100)
        }

        private func pipeline(on connection: Connection) throws -> Outcome {
            let answers = try connection.pipeline([
                "SELECT \(nonce) - 1 AS nonce", "SELECT \(nonce) AS nonce FROM generate_series(1, 3)",
            ])
            return check(answers.last, count: 3)
        }

        private func failInPipeline(on connection: Connection) throws -> Outcome {
            _ = try connection.pipeline([
                "SELECT \(nonce) AS nonce", "SELECT ('<' || \(nonce)::text || '>')::bigint AS nonce",
                "SELECT 1 AS never",
            ])
            return .mismatch("\(nonce): a failing statement was answered")
        }

        private func transaction(stops: Bool, on connection: Connection) throws -> Outcome {
            try connection.transaction {
                try connection.run("INSERT INTO notes VALUES (\(nonce))")
                if stops { throw Stop() }
                return try expect("SELECT nonce FROM notes WHERE nonce = \(nonce)", on: connection)
            }
        }
    }
}
