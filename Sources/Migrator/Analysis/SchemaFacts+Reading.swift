package import Postgres

extension SchemaFacts {
    /// Reads what concerns some statements. Changes nothing.
    /// - Throws: `PostgresError`; ``MigrationError/noSchema``.
    package static func read(for statements: [Statement], on connection: Connection) throws -> SchemaFacts {
        var facts = try SchemaFacts(schema: MigrationTable(connection: connection).state().schema)
        facts.tables = try tables(on: connection, in: facts)
        facts.foreignKeys = try foreignKeys(on: connection, in: facts)
        facts.indexes = try indexes(on: connection, in: facts)
        let names = Set(statements.flatMap { $0.tokens.compactMap(\.name) })
        let sorted = SQLArray(names.sorted().map { Optional($0) })
        for row in try connection.run(
            "SELECT typname::text AS name, bool_or(typtype = 'd') AS domain FROM pg_type WHERE typname = ANY(\(sorted)) GROUP BY 1"
        ) {
            facts.domains[try row.get("name")] = try row.get("domain", as: Bool.self)
        }
        for row in try connection.run(
            "SELECT proname::text AS name, bool_or(provolatile = 'v') AS volatile FROM pg_proc WHERE proname = ANY(\(sorted)) GROUP BY 1"
        ) {
            facts.volatileFunctions[try row.get("name")] = try row.get("volatile", as: Bool.self)
        }
        return facts
    }

    private static func tables(on connection: Connection, in facts: SchemaFacts) throws -> [SQLName: Table] {
        let rows = try connection.run(
            """
            SELECT n.nspname::text AS schema, c.relname::text AS name, greatest(c.reltuples, 0)::int8 AS rows,
                CASE WHEN c.relkind IN ('r', 'p', 'm') THEN pg_total_relation_size(c.oid) ELSE 0 END AS bytes,
                EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS triggers
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname <> 'information_schema'
                AND n.nspname NOT LIKE 'pg\\_%'
            """)
        var tables: [SQLName: Table] = [:]
        for row in rows {
            tables[facts.resolve(try row.name("name"))] = try Table(
                bytes: row.get("bytes"), rows: row.get("rows"), hasTriggers: row.get("triggers"))
        }
        return tables
    }

    private static func foreignKeys(on connection: Connection, in facts: SchemaFacts) throws -> [ForeignKey] {
        let rows = try connection.run(
            """
            SELECT k.conname::text AS name, n.nspname::text AS schema, c.relname::text AS table_name,
                rn.nspname::text AS referenced_schema, r.relname::text AS referenced_name,
                k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update,
                (SELECT string_agg(attname, E'\\n' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = k.conrelid AND attnum = ANY(k.conkey)) AS columns,
                (SELECT string_agg(attname, E'\\n' ORDER BY attnum) FROM pg_attribute
                    WHERE attrelid = k.confrelid AND attnum = ANY(k.confkey)) AS referenced_columns
            FROM pg_constraint k
                JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE k.contype = 'f'
            """)
        return try rows.map { row in
            let (columns, others): (String, String) = try (row.get("columns"), row.get("referenced_columns"))
            return ForeignKey(
                name: try row.get("name"), table: facts.resolve(try row.name("table_name")),
                columns: columns.split(separator: "\n").map(String.init),
                referenced: facts.resolve(try row.name("referenced_name", schema: "referenced_schema")),
                referencedColumns: others.split(separator: "\n").map(String.init),
                onDelete: action(try row.get("on_delete"), isDelete: true),
                onUpdate: action(try row.get("on_update"), isDelete: false))
        }
    }

    private static func action(_ letter: String, isDelete: Bool) -> ForeignKey.Action {
        switch letter {
        case "c": isDelete ? .delete : .update
        case "n", "d": .update
        default: .refuse
        }
    }

    private static func indexes(on connection: Connection, in facts: SchemaFacts) throws -> [SQLName: SQLName] {
        let rows = try connection.run(
            """
            SELECT n.nspname::text AS schema, i.relname::text AS name, t.relname::text AS table_name
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
                JOIN pg_namespace n ON n.oid = i.relnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast')
            """)
        var indexes: [SQLName: SQLName] = [:]
        for row in rows {
            indexes[facts.resolve(try row.name("name"))] = facts.resolve(try row.name("table_name"))
        }
        return indexes
    }
}

extension Row {
    fileprivate func name(_ column: String, schema: String = "schema") throws -> SQLName {
        SQLName(try get(column), schema: try get(schema))
    }
}
