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
        try connection.run(found(by: token)).first.map(session)
    }

    /// The session a token proves and where its account's rooms stand, in one round trip; `nil` if the session has ended.
    package static func greet(
        _ token: SessionToken, on connection: Connection
    ) throws -> (Session, [Greeting.Standing])? {
        let answers = try connection.pipeline([found(by: token), standings(for: token)])
        guard answers.count == 2, let session = try answers[0].first.map(session) else { return nil }
        let rooms = try answers[1].map { row in
            Greeting.Standing(
                name: RoomName(stored: try row.get("name")), title: try row.get("title"), head: try row.get("head"),
                read: try row.get("read"))
        }
        return (session, rooms)
    }

    package static func end(_ session: SessionID, on connection: Connection) throws {
        try connection.run("DELETE FROM sessions WHERE id = \(session)")
    }

    private static func found(by token: SessionToken) -> Query {
        """
        SELECT s.id, s.created_at, s.expires_at,
            a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
        FROM sessions s JOIN accounts a ON a.id = s.account_id
        WHERE s.token_hash = \(token.hash) AND s.expires_at > now()
        """
    }

    private static func session(_ row: Row) throws -> Session {
        Session(
            id: try row.get("id"), account: try row.account(),
            createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
    }

    private static func standings(for token: SessionToken) -> Query {
        """
        SELECT r.name, r.title, r.head, coalesce(m.read_seq, m.joined_seq) AS read
        FROM sessions s
        JOIN memberships m ON m.account_id = s.account_id AND m.left_seq IS NULL
        JOIN rooms r ON r.id = m.room_id
        WHERE s.token_hash = \(token.hash)
        ORDER BY r.name
        """
    }
}
