package import ChatCore
package import Postgres

/// How sessions end.
///
/// An end is stamped with the clock and not with the transaction's beginning: that may lie behind what servers look back, when
/// somebody had to wait for a lock first.
extension Sessions {
    /// A log-out: ends the session that asks.
    /// - Parameter address: where it asks from.
    /// - Returns: whether it had not ended before.
    @discardableResult
    package static func end(_ current: Session, from address: String?, on connection: Connection) throws -> Bool {
        try connection.transaction {
            let account = current.account.id
            guard try end(current.id, of: account, on: connection) else { return false }
            try Audit.write(AuditEntry(.loggedOut, account, from: address, session: current.id), on: connection)
            return true
        }
    }

    /// Ends another session of the account that asks, and replaces the one that asks.
    /// - Parameters:
    ///   - current: the session that asks; not the one that is to end.
    ///   - token: proves the new session.
    ///   - address: where it asks from.
    /// - Returns: the new session; `nil` if there was none to end.
    /// - Throws: `not_authenticated` if the one that asks has ended meanwhile.
    package static func end(
        _ session: SessionID, askedBy current: Session, renewedBy token: SecretToken, from address: String?,
        on connection: Connection
    ) throws -> Session? {
        try transaction(of: current, on: connection) {
            let account = current.account.id
            guard try end(session, of: account, on: connection) else { return nil }
            try Audit.write(AuditEntry(.sessionEnded, account, from: address, session: session), on: connection)
            return try replace(current, token: token, on: connection)
        }
    }

    private static func end(_ session: SessionID, of account: AccountID, on connection: Connection) throws -> Bool {
        let rows = try connection.run(
            """
            UPDATE sessions s SET ended_at = clock_timestamp()
            WHERE id = \(session) AND account_id = \(account) AND \(raw: isValid) RETURNING id
            """)
        return rows.first != nil
    }

    /// Ends the session that a browser had before it logged in again; whoever had copied its token has nothing any more.
    /// - Returns: `nil` if it had ended.
    package static func end(
        provedBy token: SecretToken, from address: String?, on connection: Connection
    ) throws -> SessionID? {
        guard let session = try find(token, on: connection) else { return nil }
        return try end(session, from: address, on: connection) ? session.id : nil
    }

    /// Ends all sessions of an account, and replaces the one that asks.
    /// - Parameters:
    ///   - token: proves the new session.
    ///   - address: where it is asked from.
    /// - Throws: `not_authenticated` if the one that asks has ended meanwhile.
    package static func endOthers(
        askedBy current: Session, renewedBy token: SecretToken, from address: String?, on connection: Connection
    ) throws -> Renewal {
        try transaction(of: current, on: connection) {
            let renewal = try replaceAll(askedBy: current, token: token, on: connection)
            let entry = AuditEntry(.otherSessionsEnded, current.account.id, from: address, session: current.id)
            try Audit.write(entry, on: connection)
            return renewal
        }
    }

    /// A transaction of somebody who replaces the session that asks. As a log-in does, it waits for whoever disables the account, ends
    /// its sessions or turns its second factor on, or comes before it: no session is left over.
    static func transaction<T>(
        of current: Session, on connection: Connection, _ body: () throws -> T
    ) throws -> T {
        try connection.transaction {
            try lock(current.account.id, on: connection)
            return try body()
        }
    }

    /// Holds off whoever would end an account's sessions, until the caller's transaction ends.
    static func lock(_ account: AccountID, on connection: Connection) throws {
        try connection.run("SELECT id FROM accounts WHERE id = \(account) FOR NO KEY UPDATE")
    }

    /// A session in the place of all that an account had.
    package struct Renewal: Sendable {
        /// The new one.
        package let session: Session
        /// Those that were ended and had not asked for it.
        package let others: [SessionID]
    }

    /// Begins a session in the place of all that an account has, in a ``transaction(of:on:_:)`` or one that has changed the account.
    /// - Parameter token: proves it from now on.
    /// - Throws: `not_authenticated` if the one that asks has ended meanwhile.
    static func replaceAll(
        askedBy current: Session, token: SecretToken, on connection: Connection
    ) throws -> Renewal {
        let session = try replace(current, token: token, on: connection)
        let others = try connection.run(
            """
            UPDATE sessions SET ended_at = clock_timestamp()
            WHERE account_id = \(current.account.id) AND ended_at IS NULL AND id <> \(session.id) RETURNING id
            """
        ).map { try $0.get("id", as: SessionID.self) }
        return Renewal(session: session, others: others)
    }

    /// Begins a session in the place of the one that asks, which has just proved who it is, in a transaction as for
    /// ``replaceAll(askedBy:token:on:)``: whoever had copied its token has nothing any more. It has the device and the end of the old one.
    /// - Parameter token: proves it from now on.
    /// - Throws: `not_authenticated` if the old one has ended meanwhile.
    static func replace(_ current: Session, token: SecretToken, on connection: Connection) throws -> Session {
        try connection.run(
            """
            WITH former AS (
                UPDATE sessions s SET ended_at = clock_timestamp() WHERE s.id = \(current.id) AND \(raw: isValid) RETURNING s.*
            )
            INSERT INTO sessions (account_id, token_hash, device, address, expires_at)
            SELECT account_id, \(token.hash), device, address, expires_at FROM former
            """)
        guard let session = try find(token, on: connection) else { throw ChatError.notAuthenticated }
        return session
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
