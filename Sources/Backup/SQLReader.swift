import Postgres

/// Somebody who answers SQL: a connection, or a `psql` in the middle of a transaction that nobody else sees yet.
protocol SQLReader {
    /// - Parameter sql: one statement without a semicolon, with one text column that is called `answer`, and no line
    ///   breaks in its values.
    func answers(to sql: String) throws -> [String]
}

extension Connection: SQLReader {
    func answers(to sql: String) throws -> [String] {
        try run("\(raw: sql)").map { row in try row.get("answer") }
    }
}
