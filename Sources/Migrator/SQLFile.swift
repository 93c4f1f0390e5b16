import Postgres

/// A section of a file on its way to the server.
struct SQLFile {
    let name: String
    let section: SQLSection
    var outcome = FailedStatement.Outcome.notApplied

    /// Words that would end or replace the transaction around the file.
    private static let transactionWords: Set<String> = ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"]

    var statements: [Statement] { StatementScanner.statements(of: section.sql) }

    /// What can be told from the text alone.
    /// - Throws: ``MigrationError`` if it cannot be run inside of a transaction.
    func check() throws(MigrationError) {
        for statement in statements {
            guard let first = statement.tokens.first(where: { $0.kind == .word }) else { continue }
            let word = first.text.uppercased()
            let endsByPreparing = word == "PREPARE" && statement.tokens.contains("PREPARE", "TRANSACTION")
            if Self.transactionWords.contains(word) || endsByPreparing {
                throw .transactionControl(place(first), word: endsByPreparing ? "PREPARE TRANSACTION" : word)
            }
            if word == "COPY", statement.contains("STDIN") || statement.contains("STDOUT") {
                throw .copyThroughClient(place(first))
            }
        }
    }

    /// Inside of a transaction that somebody else began.
    /// - Throws: ``MigrationError``; a lost connection as `PostgresError`, because the file is not to blame.
    func run(on connection: Connection) throws {
        try check()
        do {
            try connection.execute(script: section.sql)
        } catch {
            guard error.kind == .server else { throw error }
            throw MigrationError.failed(FailedStatement(error, in: section, of: name, outcome: outcome))
        }
    }

    func place(_ token: Token) -> SourcePlace { section.place(line: token.line, column: token.column, in: name) }
}
