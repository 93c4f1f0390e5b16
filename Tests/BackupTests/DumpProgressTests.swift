import Testing

@testable import Backup

@Suite struct DumpProgressTests {
    @Test func countsTablesThatAreDoneAndTheOneThatIsWritten() {
        let tables = [1, 2, 3].map { oid in
            Table(name: "t\(oid)", sql: "t\(oid)", oid: oid, pages: 1, pageBytes: 8192)
        }
        let content = Content(
            tables: [10, 100, 1000].map { TableContent(name: "t", rows: $0, hash: "") })
        var progress = DumpProgress(tables: tables, content: content)
        #expect(progress.note(table: 2, rows: 40) == (40, 1110))
        #expect(progress.note(table: 2, rows: 90) == (90, 1110))
        #expect(progress.note(table: 3, rows: 5) == (105, 1110))
        #expect(progress.note(table: 1, rows: 0) == (1100, 1110))
        #expect(progress.note(table: 1, rows: 5000) == (1110, 1110))
    }
}
