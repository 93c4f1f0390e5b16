import Postgres

/// Rows of a query that are fetched a few at a time, within a transaction. One is open at a time.
enum SnapshotCursor {
    /// - Parameters:
    ///   - declaration: `DECLARE transfer NO SCROLL CURSOR FOR` and the query.
    ///   - page: rows that are in memory at once.
    ///   - visit: called for each row.
    static func read(
        _ declaration: Query, page: Int, on connection: Connection, _ visit: (Row) throws -> Void
    ) throws {
        try connection.run(declaration)
        var count = page
        while count == page {
            let rows = try connection.run("FETCH FORWARD \(raw: "\(page)") FROM transfer")
            count = rows.count
            for row in rows { try visit(row) }
        }
        try connection.execute(script: "CLOSE transfer")
    }
}
