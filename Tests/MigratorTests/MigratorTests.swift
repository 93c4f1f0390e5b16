import Migrator
import Postgres
import Schema
import Synchronization
import TestSupport
import Testing

@Suite struct MigratorTests {
    @Test func appliesEverythingOnceAndThenNothing() throws {
        let connection = try Connection(url: TestCluster.freshDatabase(migrated: false), settings: .patient)
        let migrator = try Migrator(files: Schema.migrations)
        #expect(try migrator.status(on: connection).applied.isEmpty)

        let applied = try migrator.up(on: connection)
        #expect(applied.map(\.version) == Array(1...Schema.migrations.count))
        #expect(try migrator.up(on: connection).isEmpty)

        let status = try migrator.status(on: connection)
        #expect(status.pending.isEmpty)
        #expect(status.applied.map(\.checksum) == applied.map(\.checksum))
        #expect(status.applied.allSatisfy { $0.appliedAt.hasSuffix("Z") })
    }

    @Test func aFailedFileChangesNothingAndNamesThePlace() throws {
        let connection = try Connection(url: TestCluster.freshDatabase(migrated: false), settings: .patient)
        let files = [
            ("0001_good.sql", "-- migrate:up\nCREATE TABLE good (id bigint);\n"),
            ("0002_bad.sql", "-- 挨拶\n-- migrate:up\nCREATE TABLE bad (id bigint);\n  SELECT '日本', missing FROM bad;\n"),
        ]
        let error = #expect(throws: MigrationError.self) { try Migrator(files: files).up(on: connection) }
        guard case .failed(let statement) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let place = SourcePlace(
            file: "0002_bad.sql", line: 4, column: 16, text: "  SELECT '日本', missing FROM bad;")
        #expect(statement.place == place)
        #expect(statement.sqlState == "42703")
        // Japanese characters are twice as wide, and so is the space below them.
        #expect(
            statement.description.contains(
                "\n      SELECT '日本', missing FROM bad;\n              \u{3000}\u{3000}   ^\n"))
        #expect(try exists("good", on: connection))
        #expect(try !exists("bad", on: connection))
        #expect(try Migrator(files: files).status(on: connection).pending.map(\.version) == [2])
    }

    @Test func aFileMayNotEndItsTransaction() throws {
        let connection = try Connection(url: TestCluster.freshDatabase(migrated: false), settings: .patient)
        let files = [("0001_bad.sql", "-- migrate:up\nCREATE TABLE early (id bigint);\nCOMMIT;\n")]
        let place = SourcePlace(file: "0001_bad.sql", line: 3, column: 1, text: "COMMIT;")
        #expect(throws: MigrationError.transactionControl(place, word: "COMMIT")) {
            try Migrator(files: files).up(on: connection)
        }
        #expect(try !exists("early", on: connection))
    }

    @Test func eightProcessesStartAtOnce() async throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let database = Database(url: url, connections: 8, settings: .patient)
        let migrator = try Migrator(files: Schema.migrations)
        let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 1...8 { group.addTask { try await database.run { try migrator.up(on: $0).map(\.version) } } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try await database.shutdown()
        #expect(applied.sorted() == Array(1...Schema.migrations.count))
    }

    @Test func takesNoLockWhenNothingIsPending() throws {
        let url = try TestCluster.freshDatabase()
        let holder = try Connection(url: url, settings: .patient)
        try holder.transaction {
            try holder.execute(script: "LOCK TABLE schema_migrations IN SHARE UPDATE EXCLUSIVE MODE")
            try holder.run("SELECT pg_advisory_xact_lock(\(0x64_656E_7761 as Int64)) IS NULL AS taken")
            let other = try Connection(url: url, settings: ConnectionSettings(answerWithin: .seconds(5)))
            #expect(try Migrator(files: Schema.migrations).up(on: other).isEmpty)
        }
    }

    private func exists(_ table: String, on connection: Connection) throws -> Bool {
        try connection.run("SELECT to_regclass(\(table)) IS NOT NULL AS found").first?.get("found") ?? false
    }
}
