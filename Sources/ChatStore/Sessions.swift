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
    /// - Parameters:
    ///   - passwordHash: the PHC string that the password was compared with.
    ///   - hasShownCode: whether a second factor was shown as well.
    /// - Throws: `not_authenticated` if the password was changed, a second factor turned on or the account disabled meanwhile.
    package static func begin(
        for account: AccountID, provedBy passwordHash: String, hasShownCode: Bool = false, token: SecretToken,
        at place: LoginPlace, on connection: Connection
    ) throws -> Session {
        try connection.transaction {
            let session = try create(
                for: account, provedBy: passwordHash, hasShownCode: hasShownCode, token: token, at: place,
                on: connection)
            let entry = AuditEntry(.loggedIn, account, from: place.address, session: session.id)
            try Audit.write(entry, on: connection)
            return session
        }
    }

    /// Starts a session in the caller's transaction. Whoever disables the account, changes its password or turns its second factor
    /// on waits for that transaction or comes before it: no session is left over by a log-in of the same moment. So do other
    /// log-ins, or each would leave room for itself alone.
    /// - Parameter passwordHash: the account's; `nil` for a guest, who has none.
    static func create(
        for account: AccountID, provedBy passwordHash: String?, hasShownCode: Bool = false, token: SecretToken,
        at place: LoginPlace, on connection: Connection
    ) throws -> Session {
        // Two statements: only one that begins when the lock is had sees all that was committed before.
        _ = try connection.pipeline([
            "SELECT id FROM accounts WHERE id = \(account) FOR NO KEY UPDATE",
            """
            INSERT INTO sessions (account_id, token_hash, device, address, expires_at)
            SELECT id, \(token.hash), \(place.device), (\(place.address)::text)::inet, now() + \(days) * interval '1 day'
            FROM accounts
            WHERE id = \(account) AND disabled_at IS NULL AND password_hash IS NOT DISTINCT FROM \(passwordHash)
                AND (\(hasShownCode) OR NOT EXISTS (
                    SELECT FROM second_factors WHERE account_id = accounts.id AND confirmed_at IS NOT NULL
                ))
            """,
        ])
        guard let session = try find(token, on: connection) else { throw ChatError.notAuthenticated }
        try connection.run(
            """
            UPDATE sessions SET ended_at = clock_timestamp() WHERE id IN (
                SELECT id FROM sessions WHERE account_id = \(account) AND ended_at IS NULL AND id <> \(session.id)
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
            SELECT \(raw: columns), s.device, host(s.address) AS address, s.last_seen_at
            FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE s.account_id = \(account.id) AND \(raw: isValid)
            ORDER BY s.last_seen_at DESC, s.id DESC
            """)
        return try rows.map(record)
    }

    /// Reads also the columns `device`, `address` and `last_seen_at`.
    static func record(_ row: Row) throws -> SessionRecord {
        SessionRecord(
            session: try session(row),
            place: LoginPlace(device: try row.get("device"), address: try row.optional("address")),
            lastSeenAt: try row.get("last_seen_at"))
    }

    /// Notes that sessions are in use. Those that are just being ended are left alone.
    package static func touch(_ sessions: [SessionID], on connection: Connection) throws {
        try connection.run(
            """
            UPDATE sessions SET last_seen_at = now() WHERE id IN (
                SELECT s.id FROM sessions s
                WHERE s.id = ANY (\(SQLArray(sessions))) AND s.last_seen_at < now() - interval '1 hour' AND \(raw: isValid)
                ORDER BY s.id FOR NO KEY UPDATE SKIP LOCKED
            )
            """)
    }

    /// A session `s` that has not ended. A bot's is not used like a person's, and does not end by being idle.
    static let isValid = """
        s.ended_at IS NULL AND s.expires_at > now()
            AND (s.scopes IS NOT NULL OR s.last_seen_at > now() - interval '\(idleDays) days')
        """

    /// What ``session(_:)`` reads of a session `s` of an account `a`.
    static let columns = """
        s.id, s.created_at, s.expires_at, array_to_string(s.scopes, ' ') AS scopes, a.role,
            a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name,
            EXISTS (
                SELECT FROM second_factors f WHERE f.account_id = a.id AND f.confirmed_at IS NOT NULL
            ) AS has_second_factor
        """

    private static func found(by hashes: SQLArray<Bytes>) -> Query {
        """
        SELECT t.place, \(raw: columns)
        FROM unnest(\(hashes)) WITH ORDINALITY AS t (hash, place)
        JOIN sessions s ON s.token_hash = t.hash AND \(raw: isValid)
        JOIN accounts a ON a.id = s.account_id
        """
    }

    static func session(_ row: Row) throws -> Session {
        Session(
            id: try row.get("id"), account: try row.account(),
            createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"), role: try row.role(),
            scopes: try row.scopes(), hasSecondFactor: try row.get("has_second_factor"))
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

extension Row {
    /// The column `role`. One that this program does not know has no rights beyond a guest's.
    func role() throws -> Role { Role(rawValue: try get("role")) ?? .guest }

    /// The column `scopes`: names with a space between; NULL for a session that is no bot's.
    func scopes() throws -> Rights {
        guard let text: String = try optional("scopes") else { return .all }
        return Rights(names: text.split(separator: " ")) ?? []
    }
}
