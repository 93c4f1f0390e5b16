import Glibc
import Postgres

/// The one statement of a file with `-- migrate:none`. It can be run again whenever nobody knows how far it came.
struct LoneStatement {
    private let file: SQLFile
    /// The index that it builds.
    private let index: (name: SQLName, table: SQLName)?

    /// - Throws: ``MigrationError`` if it is not one statement, or not one that can be repeated.
    init(_ file: SQLFile) throws(MigrationError) {
        let statements = file.statements
        guard let statement = statements.first, statements.count == 1 else {
            throw .notOneStatement(file: file.name, count: statements.count)
        }
        self.file = file
        self.index = Self.builtIndex(statement)
        guard index != nil || Self.isRepeatable(statement) else {
            throw .notRepeatable(
                file.section.place(line: statement.line, column: statement.column, in: file.name))
        }
    }

    /// `CREATE [UNIQUE] INDEX CONCURRENTLY IF NOT EXISTS name ON table …`
    private static func builtIndex(_ statement: Statement) -> (name: SQLName, table: SQLName)? {
        var reader = TokenReader(statement.tokens)
        guard reader.take("CREATE") else { return nil }
        _ = reader.take("UNIQUE")
        guard reader.take("INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS"), let name = reader.takeName(),
            reader.take("ON")
        else { return nil }
        _ = reader.take("ONLY")
        return reader.takeName().map { (name, $0) }
    }

    private static func isRepeatable(_ statement: Statement) -> Bool {
        var reader = TokenReader(statement.tokens)
        if reader.take("VACUUM") || reader.take("ANALYZE") { return true }
        if reader.take("DROP", "INDEX", "CONCURRENTLY", "IF", "EXISTS") { return true }
        guard reader.take("ALTER", "TYPE"), reader.takeName() != nil else { return false }
        return reader.take("ADD", "VALUE", "IF", "NOT", "EXISTS")
    }

    /// - Parameters:
    ///   - connection: one without a transaction, which nobody else uses.
    ///   - notice: told if it has to wait.
    /// - Throws: ``MigrationError``; `PostgresError`.
    func run(on connection: Connection, notice: (String) -> Void) throws {
        if let index { try clear(index, on: connection, notice) }
        do {
            try connection.execute(script: file.section.sql)
        } catch {
            guard error.kind == .server else { throw error }
            throw MigrationError.failed(
                FailedStatement(error, in: file.section, of: file.name, outcome: file.outcome))
        }
        if let index, try isValid(index, on: connection) != true {
            throw MigrationError.indexInvalid(index.name.description, file: file.name)
        }
    }

    /// Drops what a failed run has left: an index that is not valid is not used, costs every write, and would be taken for
    /// the one that is wanted.
    private func clear(
        _ index: (name: SQLName, table: SQLName), on connection: Connection, _ notice: (String) -> Void
    ) throws {
        guard try isValid(index, on: connection) == false else { return }
        var waits = false
        while try !isNobodyAtWork(on: index.table, connection) {
            if !waits { notice("The server is still busy with \(index.table); it is waited for.") }
            waits = true
            poll(nil, 0, 200)
        }
        guard try isValid(index, on: connection) == false else { return }
        let name = SQLName(index.name.name, schema: index.table.schema)
        try connection.execute(script: "DROP INDEX CONCURRENTLY IF EXISTS \(name.quoted)")
    }

    /// A process whose client was killed may still build the index, and has this lock until it is done. To wait for the lock
    /// would be a deadlock, because whoever waits has a snapshot, and the index waits for snapshots.
    private func isNobodyAtWork(on table: SQLName, _ connection: Connection) throws -> Bool {
        do {
            try connection.transaction {
                try connection.execute(script: "LOCK TABLE \(table.quoted) IN SHARE UPDATE EXCLUSIVE MODE NOWAIT")
            }
            return true
        } catch let error as PostgresError where error.sqlState == "55P03" {
            return false
        }
    }

    /// - Returns: `nil` if the table has no such index.
    private func isValid(_ index: (name: SQLName, table: SQLName), on connection: Connection) throws -> Bool? {
        try connection.run(
            """
            SELECT i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = to_regclass(\(index.table.quoted)) AND c.relname = \(index.name.name)
            """
        ).first?.get("valid")
    }
}

extension SQLName {
    /// As SQL.
    var quoted: String {
        let parts = (schema.map { [$0] } ?? []) + [name]
        return parts.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ".")
    }
}
