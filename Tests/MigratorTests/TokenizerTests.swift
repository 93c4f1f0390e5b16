import Testing

@testable import Migrator

@Suite struct TokenizerTests {
    @Test(arguments: [
        ("a.b = 'c''d'", ["a", ".", "b", "=", "'c''d'"]),
        (#"E'\'' B'01' "x""y""#, [#"E'\''"#, "B'01'", #""x""y""#]),
        ("f($1, $$ ; $$, $t$ $$ $t$)", ["f", "(", "$1", ",", "$$ ; $$", ",", "$t$ $$ $t$", ")"]),
        ("1.5e3<=2--x\n", ["1.5e3", "<=", "2", "--x"]),
        ("a/**/b", ["a", "/**/", "b"]),
        ("a$b$c", ["a$b$c"]),
        ("日本 '語", ["日本", "'語"]),
        ("$", ["$"]),
    ])
    func cuts(sql: String, texts: [String]) {
        #expect(Tokenizer.tokens(of: sql).map(\.text) == texts)
    }

    @Test func knowsLinesAndColumns() {
        let places = Tokenizer.tokens(of: "日本 a\n  '\n' b").map { [$0.line, $0.column] }
        #expect(places == [[1, 1], [1, 4], [2, 3], [3, 3]])
    }

    @Test func givesEachStatementItsComments() {
        let sql = """
            -- above
            DROP TABLE a -- inside
            ; -- behind
            -- of the next
            DROP TABLE b; DROP TABLE c;
            -- of nobody
            """
        let statements = StatementScanner.statements(of: sql)
        #expect(
            statements.map { $0.comments.map(\.text) } == [
                ["-- above", "-- inside", "-- behind"], ["-- of the next"], [],
            ])
        #expect(statements.map(\.text) == ["DROP TABLE a", "DROP TABLE b", "DROP TABLE c"])
        #expect(statements.map(\.line) == [2, 5, 5])
    }
}
