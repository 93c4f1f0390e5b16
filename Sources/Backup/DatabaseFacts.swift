package import Postgres

/// What a database says of itself.
struct DatabaseFacts {
    /// RFC 3339, UTC, by the server's clock.
    let now: String
    let database: String
    let serverVersion: String
    let epoch: String
    let schema: String
    let schemaVersion: Int

    /// - Throws: ``BackupError/notDenwa(database:)``; `PostgresError`.
    init(on connection: Connection, product: Product) throws {
        let found = try connection.run(
            """
            SELECT c.relnamespace::regnamespace::text AS schema FROM pg_class AS c
            WHERE c.oid = to_regclass('schema_migrations') AND to_regclass('server') IS NOT NULL
            """)
        guard let schema = try found.first?.get("schema", as: String.self) else {
            throw BackupError.notDenwa(database: connection.database)
        }
        let rows = try connection.run(
            """
            SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now,
                current_database()::text AS database, current_setting('server_version') AS server_version,
                coalesce((SELECT max(version) FROM schema_migrations), 0)::bigint AS schema_version
            """)
        guard let row = rows.first else { throw BackupError.notDenwa(database: connection.database) }
        now = try row.get("now")
        database = try row.get("database")
        serverVersion = try row.get("server_version")
        schemaVersion = Int(try row.get("schema_version", as: Int64.self))
        self.schema = schema
        epoch = try product.epoch(connection)
    }
}

extension Connection {
    /// The server's major version, 15 of 15.18.
    package func serverMajor() throws -> Int {
        let text = try answers(to: "SELECT current_setting('server_version_num') AS answer").first
        return (text.flatMap { Int($0) } ?? 0) / 10_000
    }
}
