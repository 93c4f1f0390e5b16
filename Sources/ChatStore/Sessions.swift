package import ChatCore
package import Postgres

/// The SQL of sessions.
package enum Sessions {
    /// How long a log-in lasts at most.
    package static let days: Int64 = 90
    /// How long it lasts without being used.
    static let idleDays: Int64 = 30
    /// An account has no more; the one that was not used for longest makes room.
    static let limit: Int64 = 20

    /// A log-in: starts a session; `token` proves it from now on.
    package static func begin(
        for account: Account, token: SecretToken, at place: LoginPlace, on connection: Connection
    ) throws -> Session {
        try connection.transaction {
            let session = try create(for: account, token: token, at: place, on: connection)
            let entry = AuditEntry(.loggedIn, account.id, from: place.address, session: session.id)
            try Audit.write(entry, on: connection)
            return session
        }
    }

    /// Starts a session in the caller's transaction.
    static func create(
        for account: Account, token: SecretToken, at place: LoginPlace, on connection: Connection
    ) throws -> Session {
        let rows = try connection.run(
            """
            INSERT INTO sessions (account_id, token_hash, device, address, expires_at)
            VALUES (\(account.id), \(token.hash), \(place.device), (\(place.address)::text)::inet,
                now() + \(days) * interval '1 day')
            RETURNING id, created_at, expires_at
            """)
        guard let row = rows.first else { throw ChatError.notAuthenticated }
        let session = Session(
            id: try row.get("id"), account: account, createdAt: try row.get("created_at"),
            expiresAt: try row.get("expires_at"))
        try connection.run(
            """
            UPDATE sessions SET ended_at = now() WHERE id IN (
                SELECT id FROM sessions WHERE account_id = \(account.id) AND ended_at IS NULL AND id <> \(session.id)
                ORDER BY last_seen_at DESC, id DESC OFFSET \(limit - 1)
            )
            """)
        return session
    }

    /// The session a token proves, unless it has ended.
    package static func find(_ token: SecretToken, on connection: Connection) throws -> Session? {
        try connection.run(found(by: SQLArray([token.hash]))).first.map(session)
    }

    /// The sessions that tokens prove and where their accounts' rooms stand, in one round trip and in the order of the
    /// tokens; `nil` for a session that has ended.
    static func greet(_ tokens: [SecretToken], on connection: Connection) throws -> [Greeter.Answer?] {
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

    /// What an account has open, the one that was used last first.
    package static func list(of account: Account, on connection: Connection) throws -> [SessionRecord] {
        let rows = try connection.run(
            """
            SELECT id, created_at, expires_at, device, host(address) AS address, last_seen_at FROM sessions s
            WHERE account_id = \(account.id) AND \(raw: isValid)
            ORDER BY last_seen_at DESC, id DESC
            """)
        return try rows.map { row in
            SessionRecord(
                session: Session(
                    id: try row.get("id"), account: account, createdAt: try row.get("created_at"),
                    expiresAt: try row.get("expires_at")),
                place: LoginPlace(device: try row.get("device"), address: try row.optional("address")),
                lastSeenAt: try row.get("last_seen_at"))
        }
    }

    /// Ends a session of the account that asks: its own or another one.
    /// - Parameters:
    ///   - current: the session that asks.
    ///   - address: where it asks from.
    /// - Returns: whether there was one to end.
    package static func end(
        _ session: SessionID, askedBy current: Session, from address: String?, on connection: Connection
    ) throws -> Bool {
        try connection.transaction {
            let account = current.account.id
            let rows = try connection.run(
                """
                UPDATE sessions s SET ended_at = now()
                WHERE id = \(session) AND account_id = \(account) AND \(raw: isValid) RETURNING id
                """)
            guard rows.first != nil else { return false }
            let act: AuditEntry.Act = session == current.id ? .loggedOut : .sessionEnded
            try Audit.write(AuditEntry(act, account, from: address, session: session), on: connection)
            return true
        }
    }

    /// Ends all sessions of an account but the one that asks.
    /// - Returns: those that were ended.
    package static func endOthers(
        askedBy current: Session, from address: String?, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            let ended = try endOthers(than: current, on: connection)
            let entry = AuditEntry(.otherSessionsEnded, current.account.id, from: address, session: current.id)
            try Audit.write(entry, on: connection)
            return ended
        }
    }

    /// The same in the caller's transaction, which says why.
    static func endOthers(than current: Session, on connection: Connection) throws -> [SessionID] {
        try connection.run(
            """
            UPDATE sessions SET ended_at = now()
            WHERE account_id = \(current.account.id) AND ended_at IS NULL AND id <> \(current.id) RETURNING id
            """
        ).map { try $0.get("id") }
    }

    /// Sessions that were ended in the last seconds, by whichever server or program.
    package static func endedRecently(on connection: Connection) throws -> [SessionID] {
        try connection.run("SELECT id FROM sessions WHERE ended_at > now() - interval '5 s'").map { try $0.get("id") }
    }

    /// Notes that sessions are in use.
    package static func touch(_ sessions: [SessionID], on connection: Connection) throws {
        try connection.run(
            """
            UPDATE sessions s SET last_seen_at = now()
            WHERE id = ANY (\(SQLArray(sessions))) AND last_seen_at < now() - interval '1 hour' AND \(raw: isValid)
            """)
    }

    /// A session `s` that has not ended.
    private static let isValid =
        "s.ended_at IS NULL AND s.expires_at > now() AND s.last_seen_at > now() - interval '\(idleDays) days'"

    private static func found(by hashes: SQLArray<Bytes>) -> Query {
        """
        SELECT t.place, s.id, s.created_at, s.expires_at,
            a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
        FROM unnest(\(hashes)) WITH ORDINALITY AS t (hash, place)
        JOIN sessions s ON s.token_hash = t.hash AND \(raw: isValid)
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
