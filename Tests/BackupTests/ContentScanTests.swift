import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite struct ContentScanTests {
    @Test func doesNotDependOnWhereRowsLie() throws {
        let archive = try Archive(events: 2_000)
        let before = try Archive.content(of: archive.connection)
        try archive.connection.execute(
            script: """
                UPDATE events SET body = body WHERE seq % 3 = 0;
                DELETE FROM events WHERE seq > 1900;
                INSERT INTO events (room_id, seq, kind, author_id, client_id, body, digest, created_at)
                SELECT 1, n, 'message', 1 + n % 20, 'c' || n, repeat('電話 ' || n, 20), sha256('x'), e.created_at - (n - 1) * interval '1 second'
                FROM generate_series(2000, 1901, -1) AS n, events AS e WHERE e.seq = 1
                """)
        #expect(try Archive.content(of: archive.connection) == before)
        try archive.connection.execute(script: "VACUUM FULL events")
        #expect(try Archive.content(of: archive.connection) == before)
    }

    @Test(arguments: [
        "UPDATE events SET body = body || ' ' WHERE seq = 400", "DELETE FROM events WHERE seq = 400",
        "UPDATE events SET created_at = created_at + interval '1 microsecond' WHERE seq = 400",
        "UPDATE events SET data = '' WHERE seq = 400",
    ])
    func findsASmallChange(_ change: String) throws {
        let archive = try Archive()
        let before = try Archive.content(of: archive.connection)
        try archive.connection.execute(script: change)
        let comparison = Comparison(expected: before, found: try Archive.content(of: archive.connection))
        #expect(comparison.differing == ["public.events"])
    }

    /// What a person has set for the database changes how values are written, and so what would be hashed.
    @Test func doesNotDependOnSettings() throws {
        let archive = try Archive()
        try archive.connection.execute(
            script: """
                CREATE SCHEMA other;
                CREATE TABLE other."Odd ""name" (at timestamptz, span interval, number float8, raw bytea, kind regclass, "the_row" text);
                INSERT INTO other."Odd ""name" VALUES
                    (now(), '1 mon 3 days', 0.1::float8 + 0.2, '\\x00ff', 'events', 'x'), (NULL, NULL, 'NaN', NULL, NULL, '')
                """)
        let before = try Archive.content(of: archive.connection)
        #expect(before.tables.contains { $0.name == "other.Odd \"name" && $0.rows == 2 })
        let database = archive.connection.database
        for setting in [
            "TimeZone = 'Asia/Tokyo'", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'iso_8601'",
            "extra_float_digits = -3",
            "bytea_output = 'escape'", "search_path = public, other",
        ] {
            try archive.connection.execute(script: "ALTER DATABASE \(database) SET \(setting)")
        }
        let strange = try Connection(url: archive.url, settings: .patient)
        #expect(try Archive.content(of: strange) == before)
    }

    @Test func readsALargeTableInParts() throws {
        let archive = try Archive(events: 1)
        try archive.connection.execute(
            script: """
                CREATE TABLE large (filler text) WITH (fillfactor = 10);
                INSERT INTO large SELECT repeat('x', 700) || n FROM generate_series(1, 5000) AS n;
                ANALYZE large
                """)
        let table = try #require(try Table.all(archive.connection, sizes: true).first { $0.name == "public.large" })
        #expect(table.pages > 4_200)
        let large = try #require(
            try Archive.content(of: archive.connection).tables.first { $0.name == "public.large" })
        #expect(large.rows == 5_000)
        try archive.connection.execute(script: "ALTER TABLE large SET (fillfactor = 100)")
        try archive.connection.execute(script: "VACUUM FULL large")
        #expect(try Archive.content(of: archive.connection).tables.contains(large))
    }
}
