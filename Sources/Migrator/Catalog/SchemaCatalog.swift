import Postgres

/// Reads a schema from PostgreSQL's catalog.
struct SchemaCatalog {
    let connection: Connection
    /// The schema's name.
    let schema: String

    /// Inside of a transaction. The table `schema_migrations` and what extensions have made are left out.
    func snapshot() throws -> SchemaSnapshot {
        let path = try connection.run("SELECT current_setting('search_path') AS path").first?.get("path") ?? ""
        // Definitions name the schema of what is not on the search path, so it has to be the same one for all.
        try connection.execute(script: "SET LOCAL search_path = pg_catalog")
        let rows = try connection.run(
            """
            WITH home AS (SELECT oid FROM pg_namespace WHERE nspname = \(schema)),
            \(raw: Self.common)
            \(raw: Self.parts.joined(separator: "\nUNION ALL\n"))
            """)
        let things = try rows.map { row in
            (name: try row.get("name", as: String.self), definition: try row.optional("definition") ?? "")
        }
        let server =
            try connection.run(
                "SELECT split_part(current_setting('server_version'), '.', 1) AS server"
            ).first?.get("server") ?? ""
        try connection.run("SELECT set_config('search_path', \(path), true) AS path")
        return SchemaSnapshot(things: things, server: server)
    }

    private static let parts = [
        relations, columns, constraints, indexes, triggers, policies, rules, functions, aggregates, enums, domains,
        composites, sequences, statistics, relationComments, otherComments, extensions,
    ]

    private static let common = """
        members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
        relations AS (
            SELECT c.oid, c.relname::text AS relname, c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity,
                c.relforcerowsecurity, c.relispartition, c.relpartbound, c.reltype,
                CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                    WHEN 'c' THEN 'type' ELSE 'table' END AS kind
            FROM pg_class c
            WHERE c.relnamespace = (SELECT oid FROM home) AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
                AND c.relname <> 'schema_migrations'
                AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
        ),
        routines AS (
            SELECT p.oid, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' AS name, p.prokind
            FROM pg_proc p
            WHERE p.pronamespace = (SELECT oid FROM home)
                AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
        ),
        types AS (
            SELECT t.oid, t.typname::text AS typname, t.typtype, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault,
                t.typrelid
            FROM pg_type t
            WHERE t.typnamespace = (SELECT oid FROM home)
                AND NOT EXISTS (SELECT FROM members m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
        )
        """

    private static let relations = """
        SELECT kind || ' ' || relname AS name,
            concat_ws(' ', nullif(relpersistence::text, 'p'), array_to_string(reloptions, ', '),
                CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
                CASE WHEN relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(oid) END,
                pg_get_expr(relpartbound, oid),
                (SELECT 'INHERITS ' || string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno)
                    FROM pg_inherits WHERE inhrelid = relations.oid),
                CASE WHEN relrowsecurity THEN 'ROW SECURITY' END,
                CASE WHEN relforcerowsecurity THEN 'FORCED' END) AS definition
        FROM relations WHERE relkind NOT IN ('S', 'c')
        """

    private static let columns = """
        SELECT 'column ' || r.relname || '.' || a.attname,
            concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation <> t.typcollation
                    THEN (SELECT 'COLLATE ' || quote_ident(collname) FROM pg_collation WHERE oid = a.attcollation) END,
                CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                CASE WHEN a.attidentity <> '' THEN 'IDENTITY ' || a.attidentity::text END,
                CASE WHEN d.adbin IS NOT NULL THEN CASE WHEN a.attgenerated <> '' THEN 'GENERATED ' ELSE 'DEFAULT ' END
                    || pg_get_expr(d.adbin, d.adrelid) END,
                CASE WHEN a.attstorage <> t.typstorage THEN 'STORAGE ' || a.attstorage::text END,
                CASE WHEN a.attstattarget >= 0 THEN 'STATISTICS ' || a.attstattarget END,
                array_to_string(a.attoptions, ', '))
        FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE r.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
        """

    /// Those that say NOT NULL are at the columns; before PostgreSQL 18 they have no name.
    private static let constraints = """
        SELECT 'constraint ' || r.relname || '.' || c.conname, pg_get_constraintdef(c.oid)
        FROM relations r JOIN pg_constraint c ON c.conrelid = r.oid WHERE c.contype NOT IN ('n', 't')
        """

    private static let indexes = """
        SELECT 'index ' || c.relname,
            pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
        FROM relations r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
        """

    private static let triggers = """
        SELECT 'trigger ' || r.relname || '.' || t.tgname,
            pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' STATE ' || t.tgenabled::text END
        FROM relations r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal OR t.tgenabled <> 'O'
        """

    private static let policies = """
        SELECT 'policy ' || r.relname || '.' || p.polname,
            concat_ws(' ', p.polcmd::text, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                'USING ' || pg_get_expr(p.polqual, p.polrelid), 'CHECK ' || pg_get_expr(p.polwithcheck, p.polrelid))
        FROM relations r JOIN pg_policy p ON p.polrelid = r.oid
        """

    private static let rules = """
        SELECT 'rule ' || r.relname || '.' || w.rulename, pg_get_ruledef(w.oid)
        FROM relations r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
        """

    private static let functions = """
        SELECT 'function ' || name, pg_get_functiondef(oid) FROM routines WHERE prokind <> 'a'
        """

    private static let aggregates = """
        SELECT 'aggregate ' || name, concat_ws(' ', aggtransfn::text, nullif(aggfinalfn::text, '-'), agginitval)
        FROM routines JOIN pg_aggregate ON aggfnoid = oid
        """

    private static let enums = """
        SELECT 'type ' || typname, 'ENUM ' || coalesce(
            (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder)
                FROM pg_enum WHERE enumtypid = types.oid), '')
        FROM types WHERE typtype = 'e'
        """

    private static let domains = """
        SELECT 'type ' || typname, concat_ws(' ', 'DOMAIN', format_type(typbasetype, typtypmod),
            CASE WHEN typnotnull THEN 'NOT NULL' END, 'DEFAULT ' || typdefault,
            (SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname)
                FROM pg_constraint WHERE contypid = types.oid AND contype = 'c'))
        FROM types WHERE typtype = 'd'
        """

    private static let composites = """
        SELECT 'type ' || t.typname, coalesce(
            (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '')
        FROM types t JOIN relations r ON r.oid = t.typrelid WHERE r.relkind = 'c'
        """

    private static let sequences = """
        SELECT 'sequence ' || r.relname, concat_ws(' ', format_type(s.seqtypid, NULL), 'START', s.seqstart, 'INCREMENT',
            s.seqincrement, 'MIN', s.seqmin, 'MAX', s.seqmax, CASE WHEN s.seqcycle THEN 'CYCLE' END,
            (SELECT 'OWNED BY ' || d.refobjid::regclass::text || '.' || a.attname
                FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype IN ('a', 'i')
                    AND d.refclassid = 'pg_class'::regclass LIMIT 1))
        FROM relations r JOIN pg_sequence s ON s.seqrelid = r.oid
        """

    private static let statistics = """
        SELECT 'statistics ' || s.stxname, pg_get_statisticsobjdef(s.oid)
        FROM relations r JOIN pg_statistic_ext s ON s.stxrelid = r.oid
        """

    private static let relationComments = """
        SELECT 'comment on ' || r.kind || ' ' || r.relname
            || coalesce((SELECT '.' || a.attname FROM pg_attribute a
                WHERE a.attrelid = r.oid AND a.attnum = d.objsubid AND d.objsubid > 0), ''), d.description
        FROM relations r JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = r.oid
        """

    private static let otherComments = """
        SELECT 'comment on ' || o.name, d.description
        FROM pg_description d JOIN (
            SELECT 'pg_proc'::regclass AS class, oid, 'function ' || name AS name FROM routines
            UNION ALL SELECT 'pg_type'::regclass, oid, 'type ' || typname FROM types
            UNION ALL SELECT 'pg_constraint'::regclass, c.oid, 'constraint ' || r.relname || '.' || c.conname
                FROM pg_constraint c JOIN relations r ON r.oid = c.conrelid
            UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 'trigger ' || r.relname || '.' || t.tgname
                FROM pg_trigger t JOIN relations r ON r.oid = t.tgrelid
            UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 'index ' || c.relname
                FROM pg_index i JOIN relations r ON r.oid = i.indrelid JOIN pg_class c ON c.oid = i.indexrelid
        ) o ON o.class = d.classoid AND o.oid = d.objoid AND d.objsubid = 0
        """

    private static let extensions = """
        SELECT 'extension ' || extname, '' FROM pg_extension
        WHERE extnamespace = (SELECT oid FROM home) AND extname <> 'plpgsql'
        """
}
