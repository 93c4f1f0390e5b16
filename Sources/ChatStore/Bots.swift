package import ChatCore
package import Postgres

/// The SQL of bots' tokens. A token is a session that nobody has logged in for, so that it opens sockets and ends like one.
package enum Bots {
    /// A bot has no more.
    static let limit: Int64 = 20

    /// Makes a token for a bot.
    /// - Parameter scopes: what it may do, of ``Rights/scopes``.
    /// - Throws: `account_not_found`; `not_allowed` for an account that is no bot or is disabled, and for the twenty-first token.
    package static func createToken(
        _ token: SecretToken, named name: String, for handle: Handle, scopes: Rights, days: Int64,
        by administrator: Administrator, on connection: Connection
    ) throws -> BotToken {
        try connection.transaction {
            let bot = try AccountRecords.find(handle, forChangeBy: administrator, on: connection)
            guard bot.role == .bot, !bot.isDisabled else {
                throw ChatError(.notAllowed, "\(handle) is no bot, or is disabled. Only bots have tokens.")
            }
            guard try tokens(of: handle, on: connection).count < limit else {
                throw ChatError(.notAllowed, "\(handle) has \(limit) tokens already. Revoke one first.")
            }
            try connection.run(
                """
                INSERT INTO sessions (account_id, token_hash, device, scopes, expires_at)
                VALUES (\(bot.account.id), \(token.hash), \(name), \(SQLArray(scopes.names)), now() + \(days) * interval '1 day')
                """)
            guard let made = try Sessions.find(token, on: connection) else { throw ChatError.accountNotFound }
            let entry = AuditEntry(.botTokenMade, bot.account.id, by: administrator, session: made.id)
            try Audit.write(entry, on: connection)
            return BotToken(
                id: made.id, name: name, scopes: made.rights, createdAt: made.createdAt, expiresAt: made.expiresAt)
        }
    }

    /// The tokens that a bot can use, the newest first.
    package static func tokens(of handle: Handle, on connection: Connection) throws -> [BotToken] {
        try connection.run(
            """
            SELECT \(raw: Sessions.columns), s.device FROM sessions s JOIN accounts a ON a.id = s.account_id
            WHERE a.handle = \(handle.description) AND a.role = 'bot' AND \(raw: Sessions.isValid)
            ORDER BY s.id DESC
            """
        ).map { row in
            let session = try Sessions.session(row)
            return BotToken(
                id: session.id, name: try row.get("device"), scopes: session.rights, createdAt: session.createdAt,
                expiresAt: session.expiresAt)
        }
    }

    /// - Throws: `account_not_found`, `not_allowed`, `token_not_found`.
    package static func revoke(
        _ token: SessionID, of handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws {
        try connection.transaction {
            let bot = try AccountRecords.find(handle, forChangeBy: administrator, on: connection)
            let rows = try connection.run(
                """
                UPDATE sessions s SET ended_at = clock_timestamp()
                WHERE id = \(token) AND account_id = \(bot.account.id) AND scopes IS NOT NULL AND \(raw: Sessions.isValid)
                RETURNING id
                """)
            guard rows.first != nil else {
                throw ChatError(.tokenNotFound, "\(handle) has no such token; it may have been revoked already.")
            }
            let entry = AuditEntry(.botTokenRevoked, bot.account.id, by: administrator, session: token)
            try Audit.write(entry, on: connection)
        }
    }
}
