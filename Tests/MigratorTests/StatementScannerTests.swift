import Testing

@testable import Migrator

@Suite struct StatementScannerTests {
    @Test(arguments: [
        ("SELECT 1; commit ;", ["SELECT", "COMMIT"]),
        ("-- COMMIT;\n/* ROLLBACK; /* nested */ END; */ select 1", ["SELECT"]),
        ("SELECT 'it''s; COMMIT'; INSERT", ["SELECT", "INSERT"]),
        (#"SELECT E'\'; COMMIT;'; DROP"#, ["SELECT", "DROP"]),
        ("SELECT \"; COMMIT\"; DROP", ["SELECT", "DROP"]),
        ("DO $$ BEGIN COMMIT; END $$; DO $tag$ $$; COMMIT; $tag$; SELECT $1; END", ["DO", "DO", "SELECT", "END"]),
        ("SELECT '日本;'; ;; ", ["SELECT"]),
        ("SELECT 'open", ["SELECT"]),
        ("/* open", []),
        ("DO $$ open", ["DO"]),
        ("", []),
    ])
    func findsTheFirstWords(sql: String, words: [String]) {
        #expect(StatementScanner.openings(of: sql).map(\.word) == words)
    }

    @Test func countsLines() {
        let openings = StatementScanner.openings(of: "SELECT '\n';\n\n/*\n*/ COMMIT;")
        #expect(openings == [.init(word: "SELECT", line: 1), .init(word: "COMMIT", line: 5)])
    }
}
