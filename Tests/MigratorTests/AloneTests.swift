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

    /// Whoever comes too late for a file without a transaction still sees to those behind it.
    @Test(.timeLimit(.minutes(1))) func whoLosesARaceGoesOn() async throws {
        let ladder = try Ladder()
        let migrator = try ladder.migrator([
            Self.table, Self.index, Ladder.file("CREATE TABLE b ();", "DROP TABLE b;"),
        ])
        let (first, second) = (database(of: ladder), database(of: ladder))
        for _ in 0..<20 {
            try migrator.up(UpLimits(version: 1), on: ladder.connection)
            async let one = first.run { try migrator.up(UpLimits(version: 2), on: $0) }
            async let all = second.run { try migrator.up(on: $0) }
            // It may come when all is done, and may not go back then.
            _ = try? await one
            _ = try await all
            #expect(try migrator.status(on: ladder.connection).pending.isEmpty)
            try migrator.down(migrator.downPlan(.version(0), on: ladder.connection), on: ladder.connection)
        }
        try await first.shutdown()
        try await second.shutdown()
    }

    private func database(of ladder: Ladder) -> Database {
        Database(url: ladder.url, connections: 1, settings: .pooled)
    }

    /// Limits of a role or a database are for those who chat.
    @Test func takesItsTime() throws {
        let ladder = try Ladder()
        try ladder.up([Self.table])
        try ladder.connection.execute(
            script: """
                CREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_sleep(0.005); RETURN $1; END';
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 100', current_database()); END $$
                """)
        let index = Ladder.alone("CREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (slow(n));")
        #expect(try ladder.up([Self.table, index]) == [2])
    }

    /// Nothing of it is undone; but nobody is sent to undo the file before it as well.
    @Test func saysWhenItIsTakenBackAndNotAppliedAgain() throws {
        let ladder = try Ladder()
        let unique = Ladder.alone(
            "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n);", "DROP INDEX CONCURRENTLY IF EXISTS a_n;")
        let migrator = try ladder.migrator([Self.table, unique])
        try migrator.up(on: ladder.connection)
        try ladder.connection.execute(script: "DROP INDEX a_n; INSERT INTO a VALUES (1)")
        let step = try #require(migrator.downPlan(.steps(1), on: ladder.connection).first)
        let error = #expect(throws: MigrationError.self) { try migrator.redo(step, on: ladder.connection) }
        #expect(error?.description.contains("is taken back and not applied again") == true)
        #expect(error?.description.contains("running the command again") == false)

        // What the text alone tells is told before anything is taken back.
        let ready = try ladder.migrator([Self.table, Self.index])
        try ladder.up([Self.table, Self.index])
        let wrong = try ladder.migrator([Self.table, Ladder.alone("VACUUM a; VACUUM a;")])
        let back = try #require(ready.downPlan(.steps(1), on: ladder.connection).first)
        #expect(throws: MigrationError.notOneStatement(file: "0002_m.sql", count: 2)) {
            try wrong.redo(back, on: ladder.connection)
        }
        #expect(try ready.status(on: ladder.connection).pending.isEmpty)
    }

    private func oid(on connection: Connection) throws -> Int64? {
        try connection.run("SELECT to_regclass('a_n')::oid::int8 AS oid").first?.optional("oid")
    }
}
