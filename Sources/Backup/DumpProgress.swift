import Postgres

/// How many rows `pg_dump` has written, as the server knows.
struct DumpProgress {
    private let total: Int64
    private let rows: [Int64: Int64]
    private var finished: Set<Int64> = []
    private var current: Int64?

    /// - Parameters:
    ///   - tables: what is dumped.
    ///   - content: how many rows each of these has, in the same order.
    init(tables: [Table], content: Content) {
        let pairs = zip(tables, content.tables).map { ($0.oid, $1.rows) }
        rows = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        total = content.rows
    }

    /// Asks the server. Before PostgreSQL 14 it does not know.
    /// - Returns: rows that are written, and how many there are; `nil` if nothing is known yet.
    mutating func read(on connection: Connection) throws -> (done: Int64, total: Int64)? {
        // Within a transaction the server would show what it has shown before.
        _ = try connection.answers(to: "SELECT pg_stat_clear_snapshot()::text AS answer")
        let running = try connection.run(
            """
            SELECT p.relid::bigint AS oid, p.tuples_processed AS rows
            FROM pg_stat_progress_copy AS p JOIN pg_stat_activity AS a USING (pid)
            WHERE p.datname = current_database() AND p.command = 'COPY TO' AND a.application_name = 'pg_dump'
            """)
        guard let row = running.first else { return nil }
        return note(table: try row.get("oid"), rows: try row.get("rows"))
    }

    /// A table is written after the other: with the next one the last one is finished.
    mutating func note(table: Int64, rows written: Int64) -> (done: Int64, total: Int64) {
        if let current, current != table { finished.insert(current) }
        current = table
        finished.remove(table)
        let done = finished.reduce(0) { $0 + (rows[$1] ?? 0) } + written
        return (min(done, total), total)
    }
}
