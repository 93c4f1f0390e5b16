package import ChatCore
package import Postgres

/// The SQL of the audit log.
package enum Audit {
    /// A line of the log as an operator reads it.
    package struct Line: Sendable {
        /// When it was written, by the database's clock.
        package let at: Timestamp
        /// An ``AuditEntry/Act`` by its raw value, or what another version of denwa has written.
        package let act: String
        /// Whose account it is about, by its present handle; `nil` if it is about none.
        package let account: Handle?
        /// Who did it, by the present handle; `nil` if nobody was logged in, or on the command line.
        package let actor: Handle?
        /// The IP address that it came from; `nil` if there is none.
        package let address: String?
        /// The session that it is about; `nil` if it is none.
        package let session: SessionID?
        /// The room that it is about; `nil` if it is none.
        package let room: RoomName?
        /// What else there is to know, as in ``AuditEntry/detail``.
        package let detail: String?
    }

    /// Adds a line; in the transaction of the act, if that has one.
    package static func write(_ entry: AuditEntry, on connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO audit (act, account_id, actor_id, address, session_id, room, detail)
            VALUES (\(entry.act.rawValue), \(entry.account), \(entry.actor), (\(entry.address)::text)::inet, \(entry.session),
                \(entry.room), \(entry.detail))
            """)
    }

    /// The newest lines, in the order in which they were written.
    /// - Parameters:
    ///   - handle: only those about this account.
    ///   - days: only those that are not older.
    ///   - limit: at most so many.
    package static func read(
        about handle: Handle? = nil, days: Int64? = nil, limit: Int64, on connection: Connection
    ) throws -> [Line] {
        let rows = try connection.run(
            """
            SELECT l.at, l.act, a.handle AS account, b.handle AS actor, host(l.address) AS address, l.session_id,
                l.room, l.detail
            FROM audit l LEFT JOIN accounts a ON a.id = l.account_id LEFT JOIN accounts b ON b.id = l.actor_id
            WHERE (\(handle?.description)::text IS NULL OR a.handle = \(handle?.description))
                AND (\(days)::bigint IS NULL OR l.at > now() - \(days) * interval '1 day')
            ORDER BY l.id DESC LIMIT \(limit)
            """)
        return try rows.reversed().map { row in
            Line(
                at: try row.get("at"), act: try row.get("act"),
                account: try row.optional("account").map { Handle(stored: $0) },
                actor: try row.optional("actor").map { Handle(stored: $0) }, address: try row.optional("address"),
                session: try row.optional("session_id"), room: try row.optional("room").map { RoomName(stored: $0) },
                detail: try row.optional("detail"))
        }
    }
}
