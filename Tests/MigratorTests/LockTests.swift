import Postgres
import TestSupport
import Testing

@testable import Migrator

/// What the plan says of locks, against `pg_locks` while a statement's transaction is open.
@Suite struct LockTests {
    /// Tables that refer to each other, with rows, so that whatever a statement may lock, it does lock.
    private static let schema = """
        CREATE TYPE mood AS ENUM ('good');
        CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'x', age int CHECK (age > 0), code int UNIQUE);
        CREATE TABLE towns (id bigint PRIMARY KEY, name text);
        CREATE TABLE houses (
            id bigint PRIMARY KEY, owner_id bigint REFERENCES people (id) ON DELETE CASCADE,
            town_id bigint CONSTRAINT in_town REFERENCES towns (id) DEFERRABLE, size int NOT NULL);
        CREATE TABLE keys (house_id bigint REFERENCES houses (id) ON DELETE SET NULL ON UPDATE CASCADE, code int);
        CREATE TABLE visits (person_code int REFERENCES people (code), town_id bigint);
        CREATE TABLE notes (body text, n int, other_id bigint);
        CREATE UNIQUE INDEX notes_n ON notes (n);
        CREATE INDEX notes_body ON notes (body);
        CREATE VIEW seen AS SELECT body FROM notes;
        CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS count FROM notes;
        CREATE UNIQUE INDEX counted_count ON counted (count);
        CREATE SEQUENCE numbers;
        CREATE SCHEMA elsewhere;
        CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
        CREATE TRIGGER watcher BEFORE INSERT ON towns FOR EACH ROW EXECUTE FUNCTION watch();
        ALTER TABLE notes ADD CONSTRAINT notes_check CHECK (n < 100) NOT VALID;
        ALTER TABLE notes ADD CONSTRAINT notes_town FOREIGN KEY (other_id) REFERENCES towns (id) NOT VALID;
        INSERT INTO people VALUES (1, 'a', 1, 1), (2, 'b', 2, 2), (3, 'c', 3, 3);
        INSERT INTO towns VALUES (1, 'here'), (2, 'there');
        INSERT INTO houses VALUES (1, 1, 1, 10);
        INSERT INTO keys VALUES (1, 5);
        INSERT INTO notes VALUES ('x', 1, 1);
        """

    /// Each kind that the plan knows, at least once.
    private static let cases: [(StatementKind, String)] = [
        (.createTable, "CREATE TABLE new (id bigint PRIMARY KEY, t text DEFAULT ')', CHECK (id > 0), LIKE notes)"),
        (
            .createTableWithReference,
            "CREATE TABLE new (p bigint REFERENCES people (id), t bigint, FOREIGN KEY (t) REFERENCES towns)"
        ),
        (.dropTable, "DROP TABLE notes CASCADE"),
        (.dropTable, "DROP TABLE keys, visits"),
        (.truncate, "TRUNCATE TABLE notes, keys"),
        (.renameTable, "ALTER TABLE notes RENAME TO remarks"),
        (.setSchema, "ALTER TABLE notes SET SCHEMA elsewhere"),
        (.owner, "ALTER TABLE notes OWNER TO CURRENT_USER"),
        (.addColumn, "ALTER TABLE notes ADD COLUMN c text NOT NULL DEFAULT 'x' CHECK (c <> '')"),
        (.addColumn, "ALTER TABLE public.notes ADD c bigint GENERATED ALWAYS AS IDENTITY, ADD d int DEFAULT random()"),
        (.addColumnWithReference, "ALTER TABLE notes ADD COLUMN p bigint REFERENCES people (id) DEFAULT 1"),
        (.addColumnWithKey, "ALTER TABLE notes ADD COLUMN u int UNIQUE"),
        (.dropColumn, "ALTER TABLE notes DROP COLUMN IF EXISTS n"),
        (.dropColumn, "ALTER TABLE houses DROP town_id"),
        (.columnType, "ALTER TABLE notes ALTER COLUMN n TYPE bigint"),
        (.columnType, "ALTER TABLE houses ALTER town_id SET DATA TYPE int"),
        (.columnType, "ALTER TABLE people ALTER COLUMN code TYPE bigint"),
        (.setNotNull, "ALTER TABLE notes ALTER COLUMN n SET NOT NULL"),
        (.dropNotNull, "ALTER TABLE people ALTER COLUMN name DROP NOT NULL"),
        (.setDefault, "ALTER TABLE notes ALTER n SET DEFAULT 5"),
        (.dropDefault, "ALTER TABLE people ALTER name DROP DEFAULT"),
        (.columnStatistics, "ALTER TABLE notes ALTER n SET STATISTICS 500"),
        (.columnStorage, "ALTER TABLE notes ALTER body SET STORAGE EXTERNAL"),
        (.columnOptions, "ALTER TABLE notes ALTER n SET (n_distinct = 5)"),
        (.columnIdentity, "ALTER TABLE people ALTER id ADD GENERATED ALWAYS AS IDENTITY"),
        (.renameColumn, "ALTER TABLE notes RENAME COLUMN n TO number"),
        (.addCheck, "ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 0) NOT VALID"),
        (.addForeignKey, "ALTER TABLE visits ADD CONSTRAINT v FOREIGN KEY (town_id) REFERENCES towns (id)"),
        (.addForeignKey, "ALTER TABLE visits ADD FOREIGN KEY (town_id) REFERENCES towns (id) NOT VALID"),
        (.addUnique, "ALTER TABLE notes ADD UNIQUE (body)"),
        (.addPrimaryKey, "ALTER TABLE notes ADD PRIMARY KEY (n)"),
        (.addExclusion, "ALTER TABLE notes ADD EXCLUDE (n WITH =)"),
        (.addKeyUsingIndex, "ALTER TABLE notes ADD CONSTRAINT k UNIQUE USING INDEX notes_n"),
        (.validateConstraint, "ALTER TABLE notes VALIDATE CONSTRAINT notes_check"),
        (.validateConstraint, "ALTER TABLE notes VALIDATE CONSTRAINT notes_town"),
        (.dropConstraint, "ALTER TABLE notes DROP CONSTRAINT notes_check"),
        (.dropConstraint, "ALTER TABLE houses DROP CONSTRAINT in_town"),
        (.alterConstraint, "ALTER TABLE houses ALTER CONSTRAINT in_town NOT DEFERRABLE"),
        (.renameConstraint, "ALTER TABLE notes RENAME CONSTRAINT notes_check TO other"),
        (.setOptions, "ALTER TABLE notes SET (fillfactor = 50, autovacuum_enabled = false)"),
        (.setOptions, "ALTER TABLE notes RESET (fillfactor)"),
        (.triggerState, "ALTER TABLE towns DISABLE TRIGGER watcher"),
        (.rowSecurity, "ALTER TABLE notes ENABLE ROW LEVEL SECURITY"),
        (.replicaIdentity, "ALTER TABLE notes REPLICA IDENTITY FULL"),
        (.setLogged, "ALTER TABLE keys SET UNLOGGED"),
        (.createIndex, "CREATE INDEX i ON notes (lower(body)) WHERE n > 0"),
        (.createIndex, "CREATE UNIQUE INDEX ON ONLY notes USING btree (body)"),
        (.dropIndex, "DROP INDEX notes_n, notes_body"),
        (.renameIndex, "ALTER INDEX notes_n RENAME TO notes_number"),
        (.createFunction, "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM notes'"),
        (
            .createFunction,
            "CREATE OR REPLACE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n notes; BEGIN RETURN NEW; END $$"
        ),
        (.dropFunction, "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION g()"),
        (
            .createTrigger,
            "CREATE TRIGGER t AFTER UPDATE OF n, body ON notes FOR EACH STATEMENT EXECUTE FUNCTION watch()"
        ),
        (.dropTrigger, "DROP TRIGGER watcher ON towns"),
        (.insert, "INSERT INTO houses (id, owner_id, town_id, size) VALUES (2, 2, 2, 1)"),
        (.insert, "INSERT INTO visits SELECT code, id FROM people"),
        (.update, "UPDATE notes SET body = 'y' WHERE n = 1"),
        (.update, "UPDATE houses SET (town_id, size) = (2, 3)"),
        (.update, "UPDATE houses SET id = 7"),
        (.update, "UPDATE people SET code = 9 WHERE id = 3"),
        (.delete, "DELETE FROM people WHERE id IN (1, 3)"),
        (.delete, "DELETE FROM notes"),
        (.select, "SELECT count(*) FROM notes, towns"),
        (.lockTable, "LOCK TABLE notes, towns IN SHARE ROW EXCLUSIVE MODE"),
        (.setting, "SET LOCAL statement_timeout = '1s'"),
        (.commentOnTable, "COMMENT ON TABLE notes IS 'x'"),
        (.commentOnTable, "COMMENT ON VIEW seen IS 'x'"),
        (.commentOnColumn, "COMMENT ON COLUMN public.notes.n IS 'x'"),
        (.commentOnConstraint, "COMMENT ON CONSTRAINT notes_check ON notes IS 'x'"),
        (.commentOnConstraint, "COMMENT ON TRIGGER watcher ON towns IS 'x'"),
        (.commentOnOther, "COMMENT ON FUNCTION watch() IS 'x'"),
        (.createType, "CREATE TYPE colour AS ENUM ('red')"),
        (.createType, "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9)"),
        (.alterTypeAddValue, "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'bad'"),
        (.dropType, "DROP TYPE mood"),
        (.createExtension, "CREATE EXTENSION IF NOT EXISTS pg_trgm"),
        (.createSchema, "CREATE SCHEMA another"),
        (.createView, "CREATE OR REPLACE VIEW seen AS SELECT body, n FROM notes"),
        (.createView, "CREATE MATERIALIZED VIEW m AS SELECT * FROM towns"),
        (.dropView, "DROP VIEW seen"),
        (.dropView, "DROP MATERIALIZED VIEW counted"),
        (.createSequence, "CREATE SEQUENCE s OWNED BY notes.n"),
        (.alterSequence, "ALTER SEQUENCE numbers INCREMENT BY 2"),
        (.dropSequence, "DROP SEQUENCE numbers"),
        (.refreshMaterializedView, "REFRESH MATERIALIZED VIEW counted"),
        (.refreshMaterializedView, "REFRESH MATERIALIZED VIEW CONCURRENTLY counted"),
        (.analyze, "ANALYZE notes"),
    ]

    /// Those that run in no transaction; looked at while somebody holds them up.
    private static let aloneCases: [(StatementKind, String)] = [
        (.createIndexConcurrently, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON notes (other_id)"),
        (.dropIndexConcurrently, "DROP INDEX CONCURRENTLY IF EXISTS notes_body"),
        (.vacuum, "VACUUM notes"),
    ]

    /// All of them, as examples.
    static var statements: [String] { (cases + aloneCases).map(\.1) }

    @Test func everyKindIsTried() {
        let tried = Set((Self.cases + Self.aloneCases).map(\.0))
        #expect(Set(StatementKind.allCases).subtracting(tried).isEmpty)
    }

    @Test func thePlanSaysTheLocksThatAreSeen() throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let (one, other) = try (Connection(url: url, settings: .patient), Connection(url: url, settings: .patient))
        try one.execute(script: Self.schema)
        let known = try relations(on: other)
        for (kind, sql) in Self.cases {
            let statements = StatementScanner.statements(of: sql)
            let statement = try #require(statements.last)
            let facts = try SchemaFacts.read(for: statements, on: one)
            let analysis = StatementAnalyzer(facts: facts).analyse(statement)
            #expect(analysis.kinds.contains(kind), "\(sql): \(analysis.does)")
            try one.execute(script: "BEGIN; \(sql)")
            expect(analysis, sql, is: try locks(of: one, of: known, on: other))
            try one.execute(script: "ROLLBACK")
        }
    }

    @Test(arguments: aloneCases.map(\.1)) func alsoWithoutATransaction(_ sql: String) async throws {
        let url = try TestCluster.freshDatabase(migrated: false)
        let (holder, other) = try (Connection(url: url, settings: .patient), Connection(url: url, settings: .patient))
        try holder.execute(script: Self.schema)
        let known = try relations(on: other)
        let statements = StatementScanner.statements(of: sql)
        let facts = try SchemaFacts.read(for: statements, on: holder)
        let analysis = StatementAnalyzer(facts: facts).analyse(try #require(statements.first))
        // Holds up whatever waits for other transactions; VACUUM has to wait for the lock itself.
        let isVacuum = analysis.kinds == [.vacuum]
        try holder.execute(
            script: isVacuum
                ? "BEGIN; LOCK TABLE notes IN SHARE UPDATE EXCLUSIVE MODE" : "BEGIN; UPDATE notes SET body = body")
        let database = Database(
            url: url, connections: 1,
            settings: ConnectionSettings(applicationName: "alone", answerWithin: nil, statementLimits: false))
        async let run: Void = database.run { try $0.execute(script: sql) }
        var seen: [String: LockLevel] = [:]
        for _ in 1...200 where seen.isEmpty {
            try await Task.sleep(for: .milliseconds(20))
            seen = try locks(where: "a.application_name = 'alone'", of: known, on: other)
        }
        expect(analysis, sql, is: seen)
        try holder.execute(script: "ROLLBACK")
        try await run
        try await database.shutdown()
    }

    private func expect(_ analysis: StatementAnalysis, _ sql: String, is seen: [String: LockLevel]) {
        var seen = seen
        if analysis.readsOthers {
            // Said in general; by name only where it is stronger.
            seen = seen.filter { $0.value > .accessShare || analysis.locks[SQLName($0.key)] != nil }
        }
        let said = Dictionary(uniqueKeysWithValues: analysis.locks.map { ($0.key.description, $0.value) })
        if analysis.isKnown {
            #expect(said == seen, "\(sql)")
        } else {
            // With CASCADE more may be locked than is said, but nothing less.
            for (table, level) in said { #expect(seen[table] == level, "\(sql)") }
        }
    }

    private func relations(on connection: Connection) throws -> Set<String> {
        let rows = try connection.run(
            "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S')"
        )
        return try Set(rows.map { try $0.get("name", as: String.self) })
    }

    private func locks(
        of connection: Connection, of known: Set<String>, on other: Connection
    ) throws -> [String: LockLevel] {
        let pid = try connection.run("SELECT pg_backend_pid()::int8 AS pid").first?.get("pid", as: Int64.self) ?? 0
        return try locks(where: "a.pid = \(pid)", of: known, on: other)
    }

    /// The strongest lock on each relation that is there for others.
    private func locks(
        where condition: String, of known: Set<String>, on other: Connection
    ) throws -> [String: LockLevel] {
        let rows = try other.run(
            """
            SELECT c.relname::text AS name, l.mode::text AS mode FROM pg_locks l
                JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation
            WHERE l.locktype = 'relation' AND c.relkind IN ('r', 'v', 'm', 'S')
                AND c.relnamespace = 'public'::regnamespace AND \(raw: condition)
            """)
        var locks: [String: LockLevel] = [:]
        for row in rows {
            let (name, mode): (String, String) = try (row.get("name"), row.get("mode"))
            guard known.contains(name), let level = LockLevel.allCases.first(where: { $0.catalogName == mode }) else {
                continue
            }
            locks[name] = max(locks[name] ?? level, level)
        }
        return locks
    }
}
