import Migrator
import Schema
import Testing

@Suite struct LinterTests {
    private static let first = """
        -- migrate:up
        CREATE TABLE people (id bigint PRIMARY KEY, name text);
        -- migrate:down
        DROP TABLE people;
        """

    /// The rules that a second file breaks, in order.
    private func rules(_ sql: String, down: String = "SELECT 1;", head: String = "") throws -> [String] {
        try findings(sql, down: down, head: head).map(\.rule)
    }

    private func findings(_ sql: String, down: String = "SELECT 1;", head: String = "") throws -> [LintFinding] {
        let files = [
            try Migration(file: "0001_a.sql", text: Self.first),
            try Migration(file: "0002_b.sql", text: "\(head)-- migrate:up\n\(sql)\n-- migrate:down\n\(down)\n"),
        ]
        let findings = Linter(files).findings()
        #expect(findings.allSatisfy { $0.file == "0002_b.sql" })
        return findings
    }

    @Test(arguments: [
        ("DROP TABLE people;", ["destructive"]),
        ("-- destructive: nobody uses it\nDROP TABLE people;", []),
        ("-- destructive:  \nDROP TABLE people;", ["destructive"]),
        ("-- destructive: nobody uses it\nSELECT 1; DROP TABLE people;", ["destructive"]),
        ("DROP TABLE people; -- destructive: nobody uses it", []),
        ("ALTER TABLE people\n    -- destructive: it was never filled\n    DROP COLUMN name;", []),
        ("TRUNCATE people;", ["destructive"]), ("DELETE FROM people WHERE id = 1;", ["destructive"]),
        ("UPDATE people SET name = '';", ["destructive"]), ("UPDATE people SET name = '' WHERE name IS NULL;", []),
        ("ALTER TABLE people ALTER name TYPE int;", ["destructive"]),
        ("CREATE TABLE a (b int); DROP TABLE a;", []),
        ("CREATE INDEX ON people (name);", ["index-blocks-writers"]),
        ("CREATE TABLE a (b int); CREATE INDEX ON a (b);", []),
        ("ALTER TABLE people ADD COLUMN a int NOT NULL;", ["not-null-without-default"]),
        ("ALTER TABLE people ADD COLUMN a int NOT NULL DEFAULT 1;", []),
        ("ALTER TABLE people ADD COLUMN a uuid DEFAULT gen_random_uuid();", ["rewrite"]),
        ("ALTER TABLE people ADD CHECK (id > 0);", ["check-scans"]),
        ("ALTER TABLE people ADD CHECK (id > 0) NOT VALID;", []),
        ("ALTER TABLE people ADD FOREIGN KEY (id) REFERENCES people (id);", ["foreign-key-scans"]),
        ("ALTER TABLE people ADD UNIQUE (name);", ["key-blocks-everybody"]),
        ("ALTER TABLE people ALTER name SET NOT NULL;", ["not-null-scans"]),
        ("ALTER TABLE people RENAME name TO title;", ["rename"]),
        ("SET search_path = a;", ["setting"]), ("SET LOCAL lock_timeout = '1s';", []),
        ("DO $$ BEGIN END $$;", ["unknown"]),
        ("SELECT 1; COMMIT;", ["cannot-run", "unknown"]),
        ("COPY people FROM STDIN;", ["cannot-run", "unknown"]),
    ])
    func looksAt(sql: String, expected: [String]) throws {
        #expect(try rules(sql) == expected)
    }

    @Test func aFileShouldHaveAWayBack() throws {
        #expect(try rules("SELECT 1;", down: "-- none") == ["no-way-back"])
    }

    @Test(arguments: [
        (
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON people (name);", "DROP INDEX CONCURRENTLY IF EXISTS a;",
            [String]()
        ),
        ("CREATE INDEX CONCURRENTLY a ON people (name);", "DROP INDEX CONCURRENTLY IF EXISTS a;", ["cannot-run"]),
        ("VACUUM people; VACUUM people;", "VACUUM people;", ["cannot-run"]),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON people (name);", "DROP INDEX a;", ["cannot-run"]),
    ])
    func aFileWithoutATransactionCanRunTwice(up: String, down: String, expected: [String]) throws {
        #expect(try rules(up, down: down, head: "-- migrate:none\n") == expected)
    }

    @Test func saysWhere() throws {
        let finding = try #require(try findings("SELECT 1;\n  DROP TABLE people;").first)
        #expect(finding.description.hasPrefix("0002_b.sql:3:3: error: This destroys the table people; "))
        #expect(finding.description.hasSuffix("[destructive]"))
        let broken = try #require(try findings("SELECT 1;\n  COMMIT;").first)
        #expect(broken.description.hasPrefix("0002_b.sql:3:3: error: COMMIT is not allowed, because the whole file"))
        #expect(broken.description.contains("Remove it."))
    }

    @Test func whatIsShippedHasNoErrors() throws {
        let files = try Schema.migrations.map { try Migration(file: $0.name, text: $0.text) }
        let findings = Linter(files).findings()
        #expect(findings.filter { $0.level == .error }.isEmpty)
        #expect(findings.filter { $0.rule == "unknown" }.isEmpty)
    }
}
