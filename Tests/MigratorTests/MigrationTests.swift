import Migrator
import Testing

@Suite struct MigrationTests {
    @Test func readsNameAndSections() throws {
        let text = "-- About.\n-- migrate:up\nCREATE TABLE a ();\n\n-- migrate:down\nDROP TABLE a;\n"
        let migration = try Migration(file: "0012_a_table.sql", text: text)
        #expect(migration.version == 12)
        #expect(migration.name == "a_table")
        #expect(migration.up.sql == "CREATE TABLE a ();\n")
        #expect(migration.up.firstLine == 3)
        #expect(migration.down.sql == "DROP TABLE a;\n")
        #expect(migration.down.firstLine == 6)
    }

    @Test func theChecksumIgnoresByteOrderMarkAndLineEnds() throws {
        let text = "-- migrate:up\nSELECT '日本';\n"
        let plain = try Migration(file: "0001_a.sql", text: text)
        let windows = try Migration(file: "0001_a.sql", text: "\u{FEFF}-- migrate:up\r\nSELECT '日本';\r\n")
        #expect(plain.checksum == windows.checksum)
        #expect(plain.up == windows.up)
        #expect(try Migration(file: "0001_a.sql", text: text + " ").checksum != plain.checksum)
    }

    @Test(arguments: [
        "-- migrate:none\n-- migrate:up\nVACUUM a;\n", "-- About.\n-- migrate:none\n-- migrate:up\nVACUUM a;\n",
        "-- migrate:up\n-- migrate:none\nVACUUM a;\n",
    ])
    func aMarkerTakesTheTransactionAway(_ text: String) throws {
        let migration = try Migration(file: "0001_a.sql", text: text)
        #expect(migration.mode == .alone)
        #expect(migration.up.sql.hasSuffix("VACUUM a;\n"))
    }

    @Test func otherwiseThereIsATransaction() throws {
        #expect(try Migration(file: "0001_a.sql", text: "-- migrate:up\nSELECT 1;\n").mode == .transaction)
    }

    @Test func refusesStatementsThatWouldNeverRun() throws {
        let text = "-- About.\nSET lock_timeout = 1;\n-- migrate:up\nSELECT 1;\n"
        let expected = MigrationError.statementAboveSections(file: "0001_a.sql", line: 2, text: "SET lock_timeout = 1")
        #expect(throws: expected) { try Migration(file: "0001_a.sql", text: text) }
    }

    private static let badNames = [
        "1_a.sql", "0000_a.sql", "0001.sql", "0001_.sql", "0001_a.txt", "00x1_a.sql",
        "+001_a.sql", "０００１_a.sql",
    ]

    @Test(arguments: badNames) func refusesTheName(_ file: String) {
        #expect(throws: MigrationError.badFileName(file)) { try Migration(file: file, text: "-- migrate:up\n") }
    }

    @Test func refusesBadMarkers() {
        #expect(throws: MigrationError.noUpSection(file: "0001_a.sql")) {
            try Migration(file: "0001_a.sql", text: "SELECT 1;\n")
        }
        let bad = [
            ("-- migrate:up transaction:false\n", 1), ("-- migrate:up\n-- migrate:up\n", 2),
            ("-- migrate:down\n-- migrate:up\n", 1), ("-- migrate:up\n-- migrate:down\n-- migrate:up\n", 3),
            ("-- migrate:up\nSELECT 1;\n-- migrate:none\n", 3),
            ("-- migrate:none\n-- migrate:none\n-- migrate:up\n", 2),
        ]
        for (text, line) in bad {
            let marker = text.split(separator: "\n")[line - 1]
            #expect(throws: MigrationError.badMarker(file: "0001_a.sql", line: line, text: String(marker))) {
                try Migration(file: "0001_a.sql", text: text)
            }
        }
    }
}
