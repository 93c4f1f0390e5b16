import Postgres

/// Who stands in the way of a statement that got no lock.
struct LockHolders {
    let connection: Connection

    /// Other sessions that have held locks on tables for a second or longer, the oldest transaction first.
    func sentences() throws -> [String] {
        let rows = try connection.run(
            """
            SELECT a.pid::int8 AS pid, coalesce(nullif(a.application_name, ''), 'unnamed') AS name,
                coalesce(a.state, '?') AS state, extract(epoch FROM now() - a.xact_start)::int8 AS seconds,
                string_agg(DISTINCT c.relname::text, ', ' ORDER BY c.relname::text) AS tables
            FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation
            WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND a.pid <> pg_backend_pid() AND c.relkind IN ('r', 'p', 'm') AND a.xact_start < now() - interval '1 s'
                AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
            GROUP BY a.pid, a.application_name, a.state, a.xact_start ORDER BY a.xact_start LIMIT 5
            """)
        return try rows.map { row in
            let (pid, name): (Int64, String) = try (row.get("pid"), row.get("name"))
            let (state, seconds): (String, Int64) = try (row.get("state"), row.get("seconds"))
            return "process \(pid) (\(name), \(state), for \(seconds) s) on \(try row.get("tables", as: String.self))"
        }
    }
}
