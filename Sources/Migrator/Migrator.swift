package import Postgres

/// Brings a database to the newest version.
///
/// Each file is applied in one transaction together with its record, under an advisory lock that ends with that
/// transaction: a failed file changes nothing, several processes may start at once, and nothing can be left locked.
package struct Migrator: Sendable {
    private let files: [Migration]

    /// - Parameter files: names and texts of `NNNN_name.sql`.
    /// - Throws: ``MigrationError`` if a file is not as ``Migration`` describes.
    package init(files: [(name: String, text: String)]) throws(MigrationError) {
        var migrations: [Migration] = []
        for file in files { migrations.append(try Migration(file: file.name, text: file.text)) }
        self.files = migrations
    }

    /// What is applied and what is not; changes nothing.
    /// - Throws: ``MigrationError`` if files and database do not fit; `PostgresError`.
    package func status(on connection: Connection) throws -> MigrationPlan {
        try MigrationPlan(files: files, applied: Self.applied(on: connection))
    }

    /// Applies what is pending. Takes no lock if there is nothing to do.
    /// - Parameter onApplied: called after each commit.
    /// - Returns: what this call applied; another process may have applied the rest.
    /// - Throws: ``MigrationError`` with everything before the failed file applied; `PostgresError`.
    @discardableResult
    package func up(on connection: Connection, onApplied: (Migration) -> Void = { _ in }) throws -> [Migration] {
        var done: [Migration] = []
        while try !status(on: connection).pending.isEmpty {
            guard let migration = try applyNext(on: connection) else { break }
            done.append(migration)
            onApplied(migration)
        }
        return done
    }

    private func applyNext(on connection: Connection) throws -> Migration? {
        try connection.transaction {
            try AdvisoryLock.take(on: connection)
            try connection.execute(script: Self.table)
            guard let migration = try status(on: connection).pending.first else { return nil }
            try SQLFile(name: migration.file, section: migration.up).run(on: connection)
            try connection.run(
                """
                INSERT INTO schema_migrations (version, name, checksum, sql)
                VALUES (\(Int64(migration.version)), \(migration.name), \(migration.checksum), \(migration.up.sql))
                """)
            return migration
        }
    }

    private static let table = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version bigint PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            sql text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """

    private static func applied(on connection: Connection) throws -> [AppliedMigration] {
        let exists = try connection.run("SELECT to_regclass('schema_migrations') IS NOT NULL AS found").first?
            .get("found", as: Bool.self)
        guard exists == true else { return [] }
        let rows = try connection.run(
            """
            SELECT version, name, checksum,
                   to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at
            FROM schema_migrations ORDER BY version
            """)
        return try rows.map { row in
            try AppliedMigration(
                version: Int(row.get("version", as: Int64.self)), name: row.get("name"),
                checksum: row.get("checksum"), appliedAt: row.get("applied_at"))
        }
    }
}
