package import ChatCore
package import Postgres

/// How sessions end.
///
/// An end is stamped with the clock and not with the transaction's beginning: that may lie behind what servers look back, when
/// somebody had to wait for a lock first.
extension Sessions {
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
                UPDATE sessions s SET ended_at = clock_timestamp()
                WHERE id = \(session) AND account_id = \(account) AND \(raw: isValid) RETURNING id
                """)
            guard rows.first != nil else { return false }
            let act: AuditEntry.Act = session == current.id ? .loggedOut : .sessionEnded
            try Audit.write(AuditEntry(act, account, from: address, session: session), on: connection)
            return true
        }
    }

    /// Ends the session that a browser had before it logged in again; whoever had copied its token has nothing any more.
    /// - Returns: `nil` if it had ended.
    package static func end(
        provedBy token: SecretToken, from address: String?, on connection: Connection
    ) throws -> SessionID? {
        guard let session = try find(token, on: connection) else { return nil }
        return try end(session.id, askedBy: session, from: address, on: connection) ? session.id : nil
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
            UPDATE sessions SET ended_at = clock_timestamp()
            WHERE account_id = \(current.account.id) AND ended_at IS NULL AND id <> \(current.id) RETURNING id
            """
        ).map { try $0.get("id") }
    }

    /// Begins a session in the place of all that an account has, in the caller's transaction, which says why: whoever had copied
    /// a token has nothing any more. It has the device and the end of the one that asks.
    /// - Parameter token: proves it from now on.
    /// - Returns: the new one, and those that were ended.
    /// - Throws: `not_authenticated` if the one that asks has ended meanwhile.
    static func replaceAll(
        askedBy current: Session, token: SecretToken, on connection: Connection
    ) throws -> (session: Session, ended: [SessionID]) {
        try connection.run(
            """
            INSERT INTO sessions (account_id, token_hash, device, address, expires_at)
            SELECT s.account_id, \(token.hash), s.device, s.address, s.expires_at
            FROM sessions s WHERE s.id = \(current.id) AND \(raw: isValid)
            """)
        guard let session = try find(token, on: connection) else { throw ChatError.notAuthenticated }
        return (session, try endOthers(than: session, on: connection))
    }

    /// Ends every session of an account, in the caller's transaction, which says why.
    static func endAll(of account: AccountID, on connection: Connection) throws -> [SessionID] {
        try connection.run(
            "UPDATE sessions SET ended_at = clock_timestamp() WHERE account_id = \(account) AND ended_at IS NULL RETURNING id"
        ).map { try $0.get("id") }
    }

    /// Sessions that were ended in the last five seconds, by whichever server or program.
    package static func endedRecently(on connection: Connection) throws -> [SessionID] {
        try connection.run("SELECT id FROM sessions WHERE ended_at > now() - interval '5 s'").map { try $0.get("id") }
    }

    /// Which of these sessions are over, for whatever reason and since whenever.
    package static func over(among sessions: [SessionID], on connection: Connection) throws -> [SessionID] {
        try connection.run(
            """
            SELECT t.id FROM unnest(\(SQLArray(sessions))) AS t (id)
            WHERE NOT EXISTS (SELECT FROM sessions s WHERE s.id = t.id AND \(raw: isValid))
            """
        ).map { try $0.get("id") }
    }
}
