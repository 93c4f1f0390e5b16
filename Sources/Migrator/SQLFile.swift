import Postgres

/// A section of a file on its way into a transaction that somebody else began.
struct SQLFile {
    let name: String
    let section: SQLSection

    /// Words that would end or replace the transaction around the file.
    private static let transactionWords: Set<String> = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"]

    /// - Throws: ``MigrationError``; a lost connection as `PostgresError`, because the file is not to blame.
    func run(on connection: Connection) throws {
        let openings = StatementScanner.openings(of: section.sql)
        if let opening = openings.first(where: { Self.transactionWords.contains($0.word) }) {
            throw MigrationError.transactionControl(
                file: name, line: section.firstLine + opening.line - 1, word: opening.word)
        }
        do {
            try connection.execute(script: section.sql)
        } catch {
            guard error.kind == .server else { throw error }
            throw MigrationError.failed(FailedStatement(error, in: section, of: name))
        }
    }
}
