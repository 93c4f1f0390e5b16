import Foundation

/// A table of the database, as its catalogue shows it.
struct Table: Decodable, Equatable {
    /// Schema and name, as ``TableContent/name``.
    let name: String
    /// The same as SQL.
    let sql: String
    /// PostgreSQL's number of it.
    let oid: Int64
    /// Pages of its file, which are so many bytes; 0 if nobody has asked for them.
    let pages: Int64
    let pageBytes: Int64

    var bytes: Int64 { max(pages, 1) * pageBytes }

    /// All that hold rows of ours, by name. Those that an extension has made are the extension's.
    /// - Parameter sizes: whether to look at their files, for which nobody else may keep them locked.
    static func all(_ reader: some SQLReader, sizes: Bool) throws -> [Table] {
        try reader.answers(to: query(sizes: sizes)).map { try JSONDecoder().decode(Table.self, from: Data($0.utf8)) }
    }

    private static func query(sizes: Bool) -> String {
        let pages = sizes ? "pg_relation_size(c.oid) / current_setting('block_size')::bigint" : "0"
        return """
            SELECT json_build_object(
                'name', n.nspname || '.' || c.relname, 'sql', format('%I.%I', n.nspname, c.relname), 'oid', c.oid::bigint,
                'pages', \(pages),
                'pageBytes', current_setting('block_size')::bigint)::text AS answer
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't'
                AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
                AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY (n.nspname || '.' || c.relname) COLLATE "C"
            """
    }
}
