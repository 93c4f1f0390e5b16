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
        try connection.run(found(by: SQLArray([token.hash]))).first.map(session)
    }

    /// The sessions that tokens prove and where their accounts' rooms stand, in one round trip and in the order of the
    /// tokens; `nil` for a session that has ended.
    static func greet(_ tokens: [SessionToken], on connection: Connection) throws -> [Greeter.Answer?] {
        let hashes = SQLArray(tokens.map { $0.hash })
        let answers = try connection.pipeline([found(by: hashes), standings(for: hashes)])
        var greetings = [Greeter.Answer?](repeating: nil, count: tokens.count)
        guard answers.count == 2 else { return greetings }
        for row in answers[0] { greetings[try place(row)] = (try session(row), []) }
        for row in answers[1] {
            let standing = Greeting.Standing(
                name: RoomName(stored: try row.get("name")), title: try row.get("title"), head: try row.get("head"),
                read: try row.get("read"))
            greetings[try place(row)]?.rooms.append(standing)
        }
        return greetings
    }

    /// Which of the tokens a row is about.
    private static func place(_ row: Row) throws -> Int { Int(try row.get("place", as: Int64.self)) - 1 }

    package static func end(_ session: SessionID, on connection: Connection) throws {
        try connection.run("DELETE FROM sessions WHERE id = \(session)")
    }

    private static func found(by hashes: SQLArray<Bytes>) -> Query {
        """
        SELECT t.place, s.id, s.created_at, s.expires_at,
            a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
        FROM unnest(\(hashes)) WITH ORDINALITY AS t (hash, place)
        JOIN sessions s ON s.token_hash = t.hash AND s.expires_at > now()
        JOIN accounts a ON a.id = s.account_id
        """
    }

    private static func session(_ row: Row) throws -> Session {
        Session(
            id: try row.get("id"), account: try row.account(),
            createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
    }

    private static func standings(for hashes: SQLArray<Bytes>) -> Query {
        """
        SELECT t.place, r.name, r.title, r.head, coalesce(m.read_seq, m.joined_seq) AS read
        FROM unnest(\(hashes)) WITH ORDINALITY AS t (hash, place)
        JOIN sessions s ON s.token_hash = t.hash
        JOIN memberships m ON m.account_id = s.account_id AND m.left_seq IS NULL
        JOIN rooms r ON r.id = m.room_id
        ORDER BY t.place, r.name
        """
    }
}
