@testable import Migrator

extension FuzzTarget {
    /// SQL scripts: the scanner ends, and its lines are lines of the script.
    static let statements = FuzzTarget(
        name: "statements",
        seeds: .texts(
            "SELECT 1; -- ; no\nINSERT INTO t VALUES ('it''s', E'\\'', \"a\"\"b\");\n/* a /* b */ */ UPDATE t SET a = $1;",
            "CREATE FUNCTION f() RETURNS int AS $body$ BEGIN $$;$$ END $body$ LANGUAGE plpgsql; COMMIT", "$a", "E'\\",
            "/*", "--"),
        tokens: ["$$", "$tag$", "/*", "*/", "--", "'", "\"", "E'", "\\", ";", "\n", "BEGIN", "$1"]
    ) { input in
        let sql = input.text
        let lines = 1 + sql.utf8.count { $0 == 0x0A }
        var last = 1
        for opening in StatementScanner.openings(of: sql) {
            try promise("a line of the script", (last...lines).contains(opening.line))
            try promise("a statement begins with a word", !opening.word.isEmpty)
            last = opening.line
        }
    }

    /// The file's name in the first line, its text behind: an editor's habits do not change a migration.
    static let migration = FuzzTarget(
        name: "migration",
        seeds: .texts(
            "0001_accounts.sql\n-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n",
            "0002_x.sql\r\n\u{FEFF}-- migrate:up\r\nSELECT 1;\r\n", "9999_a.sql\n-- migrate:down\n-- migrate:up",
            "0000_a.sql\n-- migrate:up", "0001_.sql\n-- migrate:up", "1_a.sql\n"),
        tokens: ["-- migrate:up", "-- migrate:down", "\n", "\r\n", "\u{FEFF}", ".sql", "0001_", "-- migrate:"]
    ) { input in
        let parts = input.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0).text }
        let (file, text) = (parts[0], parts.count > 1 ? parts[1] : "")
        let normalised = SQLText.normalised(text)
        try promise("one form", SQLText.normalised(normalised) == normalised || normalised.first == "\u{FEFF}")
        let position = input.reduce(0) { ($0 &* 31) &+ Int($1) }
        let place = SQLText.locate(position, in: text)
        try promise("a place is in the text", place.line >= 1 && place.column >= 1)
        guard let migration = try? Migration(file: file, text: text) else { return }
        try promise("versions begin at 1", (1...9999).contains(migration.version))
        let unix = try? Migration(file: file, text: normalised)
        try promise("line ends do not matter", unix?.checksum == migration.checksum || normalised.first == "\u{FEFF}")
        _ = StatementScanner.openings(of: migration.up.sql)
    }
}
