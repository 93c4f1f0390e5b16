import Migrator
import NIOConcurrencyHelpers
import Postgres
import TestSupport
import Testing

@Suite struct UpTests {
    private static let files = ["a", "b", "c"].map { Ladder.file("CREATE TABLE \($0) ();", "DROP TABLE \($0);") }

    @Test func goesAsFarAsItIsTold() throws {
        let ladder = try Ladder()
        #expect(try ladder.up(Self.files, to: UpLimits(steps: 1)) == [1])
        #expect(try ladder.up(Self.files, to: UpLimits(version: 2)) == [2])
        #expect(try ladder.up(Self.files, to: UpLimits(version: 2)) == [])
        #expect(throws: MigrationError.notAhead(version: 1, head: 2)) {
            try ladder.up(Self.files, to: UpLimits(version: 1))
        }
        #expect(throws: MigrationError.unknownVersion(9, newest: 3)) {
            try ladder.up(Self.files, to: UpLimits(version: 9))
        }
        #expect(try ladder.up(Self.files) == [3])
    }

    @Test func looksAtAllTextsBeforeTheFirstIsApplied() throws {
        let ladder = try Ladder()
        #expect(throws: MigrationError.self) { try ladder.up(Self.files + [Ladder.file("COMMIT;")]) }
        #expect(try ladder.count("pg_class WHERE relname IN ('a', 'schema_migrations')") == 0)
    }

    @Test(arguments: [
        "PREPARE TRANSACTION 'x';", "END;", "START TRANSACTION;", "ROLLBACK TO SAVEPOINT a;", "ABORT;",
        "COPY a FROM STDIN;", "COPY a TO STDOUT;",
    ])
    func doesNotRun(_ sql: String) throws {
        #expect(throws: MigrationError.self) { try Migration(file: "0001_a.sql", text: Ladder.file(sql)).check() }
    }

    @Test(arguments: [
        "PREPARE q AS SELECT 1;", "SAVEPOINT a;", "COPY a TO '/dev/null';", "DO $$ BEGIN END $$;",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; COMMIT $$;",
    ])
    func runs(_ sql: String) throws {
        try Migration(file: "0001_a.sql", text: Ladder.file(sql)).check()
    }

    @Test func aConstraintThatIsCheckedAtTheCommitNamesTheFile() throws {
        let ladder = try Ladder()
        let sql = """
            CREATE TABLE a (id int PRIMARY KEY);
            CREATE TABLE b (a_id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
            INSERT INTO b VALUES (1);
            """
        let error = #expect(throws: MigrationError.self) { try ladder.up([Ladder.file(sql)]) }
        #expect(
            error?.description.hasPrefix("0001_m.sql: insert or update on table \"b\" violates foreign key") == true)
        #expect(try ladder.count("pg_class WHERE relname = 'b'") == 0)
    }

    /// PostgreSQL says no place of what is wrong with rows, or with what is there already.
    @Test func namesTheStatementOfWhichPostgreSQLSaysNoPlace() throws {
        let ladder = try Ladder()
        let sql = "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n  INSERT INTO a VALUES (1);"
        let error = #expect(throws: MigrationError.self) { try ladder.up([Ladder.file(sql)]) }
        #expect(error?.description.hasPrefix("0001_m.sql, line 4, column 3: duplicate key value") == true)
        #expect(error?.description.contains("      INSERT INTO a VALUES (1);\n      ^") == true)
    }

    @Test func tellsWhatWasChangedByHandBeforeItIsRecorded() throws {
        let ladder = try Ladder()
        let files = [
            Ladder.file("CREATE TABLE a (n int);"), Ladder.file("CREATE TABLE b ();"), Ladder.file("SELECT 1;"),
        ]
        try ladder.up(Array(files.prefix(1)))
        try ladder.connection.execute(script: "ALTER TABLE a ADD m int")
        let notices = NIOLockedValueBox<[String]>([])
        let migrator = try Migrator(files: files.indices.map { ("000\($0 + 1)_m.sql", files[$0]) }) { notice in
            notices.withLockedValue { $0.append(notice) }
        }
        try migrator.up(on: ladder.connection)
        let told = notices.withLockedValue { $0 }
        #expect(told.count == 1 && told.first?.contains("column a.m") == true, "\(told)")
    }

    /// A dump begins with it, and people put dumps into migrations.
    @Test func aFileThatChangesTheSearchPathChangesItForItselfOnly() throws {
        let ladder = try Ladder()
        let files = [Ladder.file("SET search_path = ''; CREATE TABLE public.a ();"), Ladder.file("CREATE TABLE b ();")]
        #expect(try ladder.up(files) == [1, 2])
        #expect(try ladder.up(files) == [])
        #expect(try ladder.count("schema_migrations") == 2)
    }

    @Test func withoutASchemaNothingIsTakenForEmpty() throws {
        let ladder = try Ladder()
        try ladder.up(Self.files)
        try ladder.connection.execute(script: "SET search_path = ''")
        #expect(throws: MigrationError.noSchema) { try ladder.up(Self.files) }
    }

    @Test func hintsAtTheWayWithoutATransaction() throws {
        let ladder = try Ladder()
        let error = #expect(throws: MigrationError.self) { try ladder.up([Ladder.file("VACUUM;")]) }
        #expect(error?.description.contains("-- migrate:none") == true)
    }

    /// The table as denwa made it before it kept whole files.
    @Test func anOlderTableIsReadAndThenExtended() throws {
        let ladder = try Ladder()
        let first = try Migration(file: "0001_m.sql", text: Self.files[0])
        try ladder.connection.execute(
            script: """
                CREATE TABLE a ();
                CREATE TABLE schema_migrations (
                    version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, sql text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now());
                INSERT INTO schema_migrations VALUES (1, 'm', '\(first.checksum)', 'CREATE TABLE a ();');
                """)
        let migrator = try ladder.migrator([Self.files[0]])
        #expect(try migrator.status(on: ladder.connection).applied.count == 1)
        #expect(try migrator.verify(on: ladder.connection).drift == nil)
        #expect(try ladder.up([Self.files[0]]) == [])
        #expect(
            try ladder.count("pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attname = 'text'") == 0)

        // What an older denwa writes, and a newer one has to live with.
        #expect(try ladder.up(Self.files) == [2, 3])
        try ladder.connection.execute(
            script: "INSERT INTO schema_migrations (version, name, checksum, sql) VALUES (4, 'x', '', '')")
        #expect(throws: MigrationError.databaseNewer(database: 4, binary: 3)) { try ladder.up(Self.files) }
    }

    @Test func aLockThatIsNotHadIsTriedAgainAndItsHolderNamed() throws {
        let ladder = try Ladder()
        try ladder.up([Self.files[0]])
        let files = [Self.files[0], Ladder.file("ALTER TABLE a ADD COLUMN n int;")]
        let holder = try Connection(url: ladder.url, settings: ConnectionSettings(applicationName: "a long report"))
        try holder.execute(script: "BEGIN; SELECT * FROM a")
        try ladder.connection.execute(script: "SELECT pg_sleep(1.1)")
        let hasty = LockPatience(timeout: .milliseconds(50), tries: 3, pause: .milliseconds(10))
        let error = #expect(throws: MigrationError.self) {
            try ladder.migrator(files, patience: hasty).up(on: ladder.connection)
        }
        guard case .locksHeld(_, let tries, let holders) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(tries == 3)
        #expect(holders.contains { $0.contains("a long report") && $0.hasSuffix("on a") })
        try holder.execute(script: "ROLLBACK")
        #expect(try ladder.up(files) == [2])
    }

    @Test func limitsOfTheRoleDoNotEndALongFile() throws {
        let ladder = try Ladder()
        try ladder.connection.execute(
            script:
                "SET statement_timeout = 100; SET default_transaction_isolation = 'serializable'; SET lock_timeout = 1")
        #expect(try ladder.up([Ladder.file("SELECT pg_sleep(0.3);")]) == [1])
    }
}
