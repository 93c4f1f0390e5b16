package import ChatCore
package import Postgres

/// The SQL of accounts.
package enum Accounts {
    /// Creates an account and its first session, or neither.
    /// - Parameter passwordHash: a PHC string.
    /// - Throws: `handle_taken`.
    package static func signUp(
        _ handle: Handle, displayName: DisplayName, passwordHash: String, token: SessionToken, on connection: Connection
    ) throws -> Session {
        try connection.transaction {
            let account = try create(handle, displayName: displayName, passwordHash: passwordHash, on: connection)
            return try Sessions.create(for: account, token: token, on: connection)
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
}
