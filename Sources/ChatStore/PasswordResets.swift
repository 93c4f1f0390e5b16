package import ChatCore
package import Postgres

/// The SQL of links with which somebody chooses a password without having the old one.
package enum PasswordResets {
    /// How long a link is good for.
    package static let hours: Int64 = 24

    /// Makes a link's token for an account, in place of an older one.
    /// - Returns: when it ends.
    /// - Throws: `account_not_found`, `not_allowed`.
    package static func create(
        _ token: SecretToken, for handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> Timestamp {
        try connection.transaction {
            let account = try AccountRecords.find(handle, forChangeBy: administrator, on: connection)
            guard account.role != .bot, account.role != .guest else {
                throw ChatError(.notAllowed, "\(handle) is a \(account.role.rawValue) and has no password.")
            }
            return try create(token, for: account.account.id, by: administrator, on: connection)
        }
    }

    /// The same in the caller's transaction.
    static func create(
        _ token: SecretToken, for account: AccountID, by administrator: Administrator, on connection: Connection
    ) throws -> Timestamp {
        let rows = try connection.run(
            """
            INSERT INTO password_resets (account_id, token_hash, expires_at)
            VALUES (\(account), \(token.hash), now() + \(hours) * interval '1 hour')
            ON CONFLICT (account_id) DO UPDATE
                SET token_hash = excluded.token_hash, created_at = now(), expires_at = excluded.expires_at
            RETURNING expires_at
            """)
        guard let row = rows.first else { throw ChatError.accountNotFound }
        try Audit.write(AuditEntry(.resetLinkMade, account, by: administrator), on: connection)
        return try row.get("expires_at")
    }

    /// Whose password a token resets.
    /// - Throws: `link_not_valid`.
    package static func account(of token: SecretToken, on connection: Connection) throws -> Account {
        let rows = try connection.run(
            """
            SELECT a.id AS account_id, a.handle AS account_handle, a.display_name AS account_display_name
            FROM password_resets p JOIN accounts a ON a.id = p.account_id
            WHERE p.token_hash = \(token.hash) AND p.expires_at > now()
            """)
        guard let row = rows.first else { throw ChatError.linkNotValid }
        return try row.account()
    }

    /// Makes an account's link good for nothing, in the caller's transaction, which has locked the account.
    static func void(of account: AccountID, on connection: Connection) throws {
        try connection.run("DELETE FROM password_resets WHERE account_id = \(account)")
    }

    /// Sets the password, uses the token up, ends every session of the account, and forgets its devices.
    ///
    /// The account is locked before the link is looked up, as whoever makes the link void does it: it comes before or after that.
    /// - Returns: the sessions that were ended.
    /// - Throws: `link_not_valid`.
    package static func use(
        _ token: SecretToken, passwordHash: String, from address: String?, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            try connection.run(
                """
                SELECT id FROM accounts WHERE id = (SELECT account_id FROM password_resets WHERE token_hash = \(token.hash))
                FOR NO KEY UPDATE
                """)
            let rows = try connection.run(
                """
                DELETE FROM password_resets WHERE token_hash = \(token.hash) AND expires_at > now() RETURNING account_id
                """)
            guard let row = rows.first else { throw ChatError.linkNotValid }
            let account: AccountID = try row.get("account_id")
            try connection.run("UPDATE accounts SET password_hash = \(passwordHash) WHERE id = \(account)")
            try Devices.forget(of: account, on: connection)
            try Audit.write(AuditEntry(.passwordReset, account, isLoggedIn: false, from: address), on: connection)
            return try Sessions.endAll(of: account, on: connection)
        }
    }
}

extension ChatError {
    /// Not told why: whoever has the link can only ask for another one.
    package static var linkNotValid: ChatError {
        ChatError(
            .linkNotValid,
            "This link is not valid: it was used, is too old, or the account has changed since. Ask an administrator for a "
                + "new one.",
            field: "token")
    }
}
