package import ChatCore
package import Postgres

/// The sessions of others, for those who administer.
extension Sessions {
    /// Sessions on one page.
    package static let pageLimit: Int64 = 200

    /// A page of what is open, by number.
    /// - Parameters:
    ///   - handle: only those of this account.
    ///   - after: only numbers above this one.
    /// - Throws: `account_not_found`.
    package static func list(
        of handle: Handle? = nil, after: SessionID? = nil, on connection: Connection
    ) throws -> [SessionRecord] {
        let account = try handle.map { try AccountRecords.find($0, on: connection).account.id }
        let rows = try connection.run(
            """
            SELECT \(raw: columns), s.device, host(s.address) AS address, s.last_seen_at
            FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE s.id > \(after?.rawValue ?? 0) AND (\(account)::bigint IS NULL OR s.account_id = \(account))
                AND \(raw: isValid)
            ORDER BY s.id LIMIT \(pageLimit)
            """)
        return try rows.map(record)
    }

    /// Ends a session of somebody else, or the token of a bot.
    /// - Returns: whose it was.
    /// - Throws: `session_not_found` if there is none that has not ended, `not_allowed`.
    package static func end(
        _ session: SessionID, by administrator: Administrator, on connection: Connection
    ) throws -> Account {
        try connection.transaction {
            let rows = try connection.run(
                """
                UPDATE sessions s SET ended_at = clock_timestamp() FROM accounts a
                WHERE s.id = \(session) AND a.id = s.account_id AND \(raw: isValid)
                RETURNING a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name, a.role,
                    s.scopes IS NOT NULL AS is_token
                """)
            guard let row = rows.first else {
                throw ChatError(.sessionNotFound, "There is no such session, or it has ended already.")
            }
            let account = try row.account()
            try administrator.mayChange(account.id, of: row.role())
            let act: AuditEntry.Act = try row.get("is_token") ? .botTokenRevoked : .sessionEnded
            try Audit.write(AuditEntry(act, account.id, by: administrator, session: session), on: connection)
            return account
        }
    }
}
