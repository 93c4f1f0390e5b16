package import ChatCore
package import Postgres

/// The SQL of sessions.
package enum Sessions {
    /// How long a login lasts.
    package static let days: Int64 = 30

    /// Starts a session; `token` proves it from now on.
    package static func create(for account: Account, token: SessionToken, on connection: Connection) throws -> Session {
        let rows = try connection.run(
            """
            INSERT INTO sessions (account_id, token_hash, expires_at)
            VALUES (\(account.id), \(token.hash), now() + \(days) * interval '1 day')
            RETURNING id, created_at, expires_at
            """)
        guard let row = rows.first else { throw ChatError.notAuthenticated }
        return Session(
            id: try row.get("id"), account: account, createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"))
    }

    /// The session a token proves, unless it has ended.
    package static func find(_ token: SessionToken, on connection: Connection) throws -> Session? {
        let rows = try connection.run(
            """
            SELECT s.id, s.created_at, s.expires_at,
                a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
            FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE s.token_hash = \(token.hash) AND s.expires_at > now()
            """)
        return try rows.first.map { row in
            Session(
                id: try row.get("id"), account: try row.account(),
                createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
        }
    }

    package static func end(_ session: SessionID, on connection: Connection) throws {
        try connection.run("DELETE FROM sessions WHERE id = \(session)")
    }
}
