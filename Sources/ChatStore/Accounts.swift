package import ChatCore
package import Postgres

/// The SQL of accounts.
package enum Accounts {
    /// Creates an account and its first session, or neither.
    /// - Parameter passwordHash: a PHC string.
    /// - Throws: `handle_taken`.
    package static func signUp(
        _ handle: Handle, displayName: DisplayName, passwordHash: String, token: SessionToken, at place: LoginPlace,
        on connection: Connection
    ) throws -> Session {
        try connection.transaction {
            let account = try create(handle, displayName: displayName, passwordHash: passwordHash, on: connection)
            return try Sessions.create(for: account, token: token, at: place, on: connection)
        }
    }

    private static func create(
        _ handle: Handle, displayName: DisplayName, passwordHash: String, on connection: Connection
    ) throws -> Account {
        let rows = try connection.run(
            """
            INSERT INTO accounts (handle, display_name, password_hash)
            VALUES (\(handle.description), \(displayName.description), \(passwordHash))
            ON CONFLICT (handle) DO NOTHING
            RETURNING id
            """)
        guard let row = rows.first else {
            throw ChatError(.handleTaken, "The handle \(handle) is taken. Choose another one.", field: "handle")
        }
        return Account(id: try row.get("id"), handle: handle, displayName: displayName)
    }

    /// Who has this handle, with the stored PHC string.
    package static func credentials(
        of handle: Handle, on connection: Connection
    ) throws -> (account: Account, passwordHash: String)? {
        let rows = try connection.run(
            """
            SELECT id AS account_id, handle AS account_handle, display_name AS account_display_name, password_hash
            FROM accounts WHERE handle = \(handle.description)
            """)
        return try rows.first.map { row in (try row.account(), try row.get("password_hash")) }
    }

    /// The stored PHC string of an account's password.
    package static func passwordHash(of account: AccountID, on connection: Connection) throws -> String? {
        try connection.run("SELECT password_hash FROM accounts WHERE id = \(account)").first?.get("password_hash")
    }

    /// Replaces a password and ends every session but the one that asked.
    /// - Parameter old: the PHC string that the new one replaces; nothing happens if it is not the stored one any more.
    /// - Returns: the sessions that were ended; `nil` if the password was changed meanwhile.
    package static func changePassword(
        of account: AccountID, from old: String, to new: String, keeping session: SessionID?, on connection: Connection
    ) throws -> [SessionID]? {
        try connection.transaction {
            guard try replaceHash(of: account, from: old, to: new, on: connection) else { return nil }
            return try Sessions.endOthers(than: session, of: account, on: connection)
        }
    }

    /// Stores another hash of the same password, made with other parameters.
    /// - Returns: whether the old one was still the stored one.
    @discardableResult
    package static func replaceHash(
        of account: AccountID, from old: String, to new: String, on connection: Connection
    ) throws -> Bool {
        let rows = try connection.run(
            """
            UPDATE accounts SET password_hash = \(new) WHERE id = \(account) AND password_hash = \(old) RETURNING id
            """)
        return rows.first != nil
    }
}
