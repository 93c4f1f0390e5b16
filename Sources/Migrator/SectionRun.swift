import Glibc
import Postgres

/// Runs a section of a file in a transaction that somebody else began, and looks at what came of it.
struct SectionRun {
    let connection: Connection
    /// Where the tables are.
    let schema: String
    let patience: LockPatience

    /// - Throws: ``MigrationError``; `PostgresError`.
    func run(_ file: SQLFile) throws -> SchemaSnapshot {
        let path = try connection.run("SELECT current_setting('search_path') AS path").first?.get("path") ?? ""
        try connection.execute(script: "SET LOCAL lock_timeout = \(patience.milliseconds)")
        try file.run(on: connection)
        try checkDeferred(file)
        try connection.execute(script: "SET LOCAL lock_timeout = 0")
        // What a file sets without LOCAL would outlive it, and lead to another table of migrations.
        try connection.run(
            """
            SELECT set_config('search_path', \(path), false) AS path
            WHERE current_setting('search_path') <> \(path)
            """)
        return try SchemaCatalog(connection: connection, schema: schema).snapshot()
    }

    /// Constraints that are checked at the commit are checked here, where the file can be named.
    private func checkDeferred(_ file: SQLFile) throws {
        do {
            try connection.execute(script: "SET CONSTRAINTS ALL IMMEDIATE")
        } catch {
            guard error.kind == .server else { throw error }
            // Its place, if any, is one in our statement.
            var error = error
            (error.position, error.statement) = (nil, nil)
            throw MigrationError.failed(
                FailedStatement(error, in: file.section, of: file.name, outcome: file.outcome))
        }
    }
}

extension LockPatience {
    /// Runs `body`, which rolls back when a lock is not to be had in time, as often as patience allows.
    /// - Parameter notice: told before each further try.
    func retrying<T>(on connection: Connection, notice: (String) -> Void, _ body: () throws -> T) throws -> T {
        var attempt = 0
        while true {
            do {
                return try body()
            } catch MigrationError.failed(let statement) where statement.isLockTimeout {
                attempt += 1
                let holders = (try? LockHolders(connection: connection).sentences()) ?? []
                guard attempt < tries else {
                    throw MigrationError.locksHeld(statement, tries: attempt, holders: holders)
                }
                let names = holders.isEmpty ? "" : ": " + holders.joined(separator: "; ")
                notice("\(statement.file) could not lock a table within \(timeout)\(names). It is tried again.")
                poll(nil, 0, Int32(clamping: Int64(pause / .milliseconds(1))))
            }
        }
    }
}
