import Migrator
import Postgres
import TestSupport
import Testing

/// Files with `-- migrate:none`.
@Suite struct AloneTests {
    private static let table = Ladder.file(
        "CREATE TABLE a (n int); INSERT INTO a SELECT generate_series(1, 100);", "DROP TABLE a;")
    private static let index = Ladder.alone(
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n);", "DROP INDEX CONCURRENTLY IF EXISTS a_n;")

    @Test func buildsAnIndexAndTakesItBack() throws {
        let ladder = try Ladder()
        let files = [Self.table, Self.index, Ladder.file("CREATE TABLE b ();")]
        #expect(try ladder.up(files) == [1, 2, 3])
        #expect(try ladder.count("pg_index WHERE indexrelid = 'a_n'::regclass AND indisvalid") == 1)
        let migrator = try ladder.migrator(
            Array(files.prefix(2)) + [Ladder.file("CREATE TABLE b ();", "DROP TABLE b;")])
        try migrator.down(migrator.downPlan(.version(1), on: ladder.connection), on: ladder.connection)
        #expect(try ladder.count("pg_class WHERE relname = 'a_n'") == 0)
        #expect(try migrator.status(on: ladder.connection).applied.count == 1)
    }

    /// Done, but the record was lost.
    @Test func runsAgain() throws {
        let ladder = try Ladder()
        try ladder.up([Self.table])
        try ladder.connection.execute(script: "CREATE INDEX a_n ON a (n)")
        #expect(try ladder.up([Self.table, Self.index]) == [2])
    }

    @Test func removesAnInvalidIndexAndBuildsItAnew() throws {
        let ladder = try Ladder()
        let unique = Ladder.alone("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n);")
        try ladder.up([Self.table])
        try ladder.connection.execute(script: "INSERT INTO a VALUES (1)")
        let error = #expect(throws: MigrationError.self) { try ladder.up([Self.table, unique]) }
        #expect(error?.description.contains("could not create unique index") == true)
        #expect(try ladder.count("pg_index WHERE indexrelid = 'a_n'::regclass AND NOT indisvalid") == 1)
        // With the name taken, IF NOT EXISTS alone would do nothing and call it done.
        try ladder.connection.execute(script: "DELETE FROM a WHERE ctid = (SELECT max(ctid) FROM a)")
        #expect(try ladder.up([Self.table, unique]) == [2])
        #expect(try ladder.count("pg_index WHERE indexrelid = 'a_n'::regclass AND indisvalid AND indisunique") == 1)
    }

    @Test(arguments: [
        "CREATE INDEX CONCURRENTLY a_n ON a (n);", "CREATE INDEX CONCURRENTLY ON a (n);",
        "DROP INDEX CONCURRENTLY a_n;",
        "INSERT INTO a VALUES (1);", "CREATE DATABASE x;", "ALTER TYPE t ADD VALUE 'x';",
        "CREATE INDEX IF NOT EXISTS a_n ON a (n);",
    ])
    func refusesWhatCouldNotRunTwice(_ sql: String) throws {
        let ladder = try Ladder()
        let error = #expect(throws: MigrationError.self) { try ladder.up([Self.table, Ladder.alone(sql)]) }
        guard case .notRepeatable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try ladder.count("pg_class WHERE relname = 'a'") == 0)
    }

    @Test func hasOneStatement() throws {
        let ladder = try Ladder()
        #expect(throws: MigrationError.notOneStatement(file: "0001_m.sql", count: 2)) {
            try ladder.up([Ladder.alone("VACUUM; VACUUM;")])
        }
        #expect(throws: MigrationError.notOneStatement(file: "0001_m.sql", count: 0)) {
            try ladder.up([Ladder.alone("-- nothing")])
        }
    }

    /// Whoever waits for the lock must not keep a snapshot: the index waits for snapshots.
    @Test(.timeLimit(.minutes(1))) func eightProcessesBuildOneIndex() async throws {
        let ladder = try Ladder()
        try ladder.up([Self.table])
        let migrator = try ladder.migrator([Self.table, Self.index, Ladder.file("CREATE TABLE b ();")])
        let database = Database(url: ladder.url, connections: 8, settings: .pooled)
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 1...8 { group.addTask { try await database.run { try migrator.up(on: $0).map(\.version) } } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try await database.shutdown()
        #expect(applied.sorted() == [2, 3])
    }

    /// The server goes on with an index whose builder was killed; it must not be dropped under its hands.
    @Test(.timeLimit(.minutes(1))) func waitsForABuilderWhoseClientIsGone() async throws {
        let ladder = try Ladder()
        try ladder.up([Self.table])
        let reader = try Connection(url: ladder.url, settings: .patient)
        try reader.execute(script: "BEGIN ISOLATION LEVEL REPEATABLE READ; INSERT INTO a VALUES (0)")
        let orphan = Database(url: ladder.url, connections: 1, settings: .patient)
        async let building: Void = orphan.run { try $0.execute(script: "CREATE INDEX CONCURRENTLY a_n ON a (n)") }
        while try ladder.count("pg_class WHERE relname = 'a_n'") == 0 { try await Task.sleep(for: .milliseconds(10)) }
        let before = try oid(on: ladder.connection)

        let other = Database(url: ladder.url, connections: 1, settings: .pooled)
        let migrator = try ladder.migrator([Self.table, Self.index])
        async let applied = other.run { try migrator.up(on: $0).map(\.version) }
        try await Task.sleep(for: .milliseconds(300))
        try reader.execute(script: "COMMIT")
        try await building
        #expect(try await applied == [2])
        #expect(try oid(on: ladder.connection) == before)
        try await orphan.shutdown()
        try await other.shutdown()
    }

    private func oid(on connection: Connection) throws -> Int64? {
        try connection.run("SELECT to_regclass('a_n')::oid::int8 AS oid").first?.optional("oid")
    }
}
