package import Postgres

/// What somebody has made in a database: tables, functions and such. What came with PostgreSQL or with an extension is not.
package enum DatabaseObjects {
    /// How many there are; an empty database has none.
    package static func count(on connection: Connection) throws -> Int {
        Int(try connection.answers(to: "SELECT count(*)::text AS answer FROM (\(list)) AS object").first ?? "") ?? 0
    }

    /// Statements, for a transaction, that remove all of them.
    ///
    /// One by one and not with their schema, because `public` often belongs to somebody else. What goes along with another
    /// one is gone when its turn comes.
    static let removal = """
        SET LOCAL search_path = pg_catalog;
        DO $removal$
        DECLARE
            item record;
        BEGIN
            FOR item IN \(list) ORDER BY place, name LOOP
                EXECUTE format('DROP %s IF EXISTS %s CASCADE', item.kind, item.name);
            END LOOP;
        END
        $removal$;
        """

    private static let list = """
        SELECT 1 AS place, 'SCHEMA' AS kind, quote_ident(n.nspname) AS name
        FROM pg_catalog.pg_namespace AS n
        WHERE n.nspname NOT IN ('public', 'information_schema') AND n.nspname !~ '^pg_'
            AND \(isOurs("n.oid", "pg_namespace"))
        UNION ALL
        SELECT CASE c.relkind WHEN 'S' THEN 3 ELSE 2 END,
            CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
            format('%I.%I', 'public', c.relname)
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
            AND \(isOurs("c.oid", "pg_class"))
        UNION ALL
        SELECT 4, 'ROUTINE',
            format('%I.%I(%s)', 'public', p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid))
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = to_regnamespace('public') AND \(isOurs("p.oid", "pg_proc"))
        UNION ALL
        SELECT 5, 'TYPE', format('%I.%I', 'public', t.typname)
        FROM pg_catalog.pg_type AS t LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
        WHERE t.typnamespace = to_regnamespace('public')
            AND (t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
            AND \(isOurs("t.oid", "pg_type"))
        """

    private static func isOurs(_ oid: String, _ catalogue: String) -> String {
        """
        NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend AS d
                WHERE d.classid = 'pg_catalog.\(catalogue)'::regclass AND d.objid = \(oid) AND d.deptype = 'e')
        """
    }
}
