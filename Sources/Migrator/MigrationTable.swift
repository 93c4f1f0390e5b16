import Postgres

/// The table `schema_migrations`, in the schema that the search path leads to.
struct MigrationTable {
    /// How it is found, which an older denwa may have made.
    struct State: Equatable {
        /// Where tables are made.
        let schema: String
        let exists: Bool
        /// Whether it keeps whole files and what came of them.
        let keepsSchemas: Bool
    }

    /// What is written when a file has been applied.
    struct Record {
        let migration: Migration
        /// `nil` if nobody has looked at the schema.
        let snapshot: SchemaSnapshot?
    }

    let connection: Connection

    /// Changes nothing.
    /// - Throws: ``MigrationError/noSchema``; `PostgresError`.
    func state() throws -> State {
        let row = try connection.run(
            """
            SELECT current_schema()::text AS schema,
                count(*) FILTER (WHERE attname = 'version') > 0 AS found,
                count(*) FILTER (WHERE attname IN ('text', 'fingerprint', 'schema')) = 3 AS keeps
            FROM pg_attribute
            WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.schema_migrations') AND NOT attisdropped
            """
        ).first
        guard let row, let schema: String = try row.optional("schema") else { throw MigrationError.noSchema }
        return try State(schema: schema, exists: row.get("found"), keepsSchemas: row.get("keeps"))
    }

    /// The rows, in order. An older table is read as well.
    /// - Parameter withTexts: whether to read what was applied.
    func rows(_ state: State, withTexts: Bool = false) throws -> [AppliedMigration] {
        guard state.exists else { return [] }
        let texts = withTexts ? ", sql, \(state.keepsSchemas ? "text" : "NULL::text AS text")" : ""
        let rows = try connection.run(
            """
            SELECT version, name, checksum,
                   to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at\(raw: texts)
            FROM schema_migrations ORDER BY version
            """)
        return try rows.map { row in
            try AppliedMigration(
                version: Int(row.get("version", as: Int64.self)), name: row.get("name"),
                checksum: row.get("checksum"), appliedAt: row.get("applied_at"),
                stored: withTexts ? StoredText(up: row.get("sql"), text: row.optional("text")) : nil)
        }
    }

    /// What the schema was like after the newest row; `nil` if that was not recorded.
    func newestSnapshot(_ state: State) throws -> SchemaSnapshot? {
        guard state.exists, state.keepsSchemas else { return nil }
        let row = try connection.run("SELECT schema FROM schema_migrations ORDER BY version DESC LIMIT 1").first
        return try row?.optional("schema").flatMap { SchemaSnapshot(text: $0) }
    }

    /// Makes the table, or gives an older one its new columns, so that older denwas can go on with it.
    func prepare() throws {
        try connection.execute(script: Self.definition)
    }

    private static let definition = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version bigint PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            sql text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        ALTER TABLE schema_migrations
            ADD COLUMN IF NOT EXISTS text text,
            ADD COLUMN IF NOT EXISTS fingerprint text,
            ADD COLUMN IF NOT EXISTS schema text
        """

    func insert(_ record: Record) throws {
        let migration = record.migration
        try connection.run(
            """
            INSERT INTO schema_migrations (version, name, checksum, sql, text, fingerprint, schema)
            VALUES (\(Int64(migration.version)), \(migration.name), \(migration.checksum), \(migration.up.sql),
                    \(migration.text), \(record.snapshot?.fingerprint), \(record.snapshot?.text))
            """)
    }

    func delete(version: Int) throws {
        try connection.run("DELETE FROM schema_migrations WHERE version = \(Int64(version))")
    }

    /// Takes the file's text over; a snapshot only if there is one.
    func update(_ record: Record) throws {
        let migration = record.migration
        try connection.run(
            """
            UPDATE schema_migrations
            SET name = \(migration.name), checksum = \(migration.checksum), sql = \(migration.up.sql),
                text = \(migration.text), fingerprint = coalesce(\(record.snapshot?.fingerprint), fingerprint),
                schema = coalesce(\(record.snapshot?.text), schema)
            WHERE version = \(Int64(migration.version))
            """)
    }
}
