package import ChatCore
package import Postgres

/// The SQL of known devices: browsers in which an account has logged in before.
package enum Devices {
    /// How long a device that is not used stays known.
    package static let days: Int64 = 365
    /// An account has no more; the one that was not used for longest makes room.
    private static let limit: Int64 = 20

    /// Makes a device known, or notes that it was used, unless its session has ended meanwhile: then everything was forgotten.
    /// - Parameters:
    ///   - presented: what the device has as its cookie. It counts only if it was made here, for whichever account.
    ///   - session: of the log-in on it, if it logged in.
    /// - Returns: the device's cookie from now on.
    /// - Throws: `not_authenticated`.
    package static func remember(
        _ presented: SecretToken?, of account: AccountID, in session: SessionID? = nil, on connection: Connection
    ) throws -> SecretToken {
        try connection.transaction {
            try Sessions.lock(account, on: connection)
            guard try Sessions.over(among: session.map { [$0] } ?? [], on: connection).isEmpty else {
                throw ChatError.notAuthenticated
            }
            let token = try isOurs(presented, on: connection) ? presented ?? SecretToken() : SecretToken()
            try connection.run(
                """
                INSERT INTO devices (account_id, token_hash) VALUES (\(account), \(token.hash))
                ON CONFLICT (account_id, token_hash) DO UPDATE SET last_seen_at = now()
                """)
            try connection.run(
                """
                DELETE FROM devices WHERE account_id = \(account) AND token_hash IN (
                    SELECT token_hash FROM devices WHERE account_id = \(account)
                    ORDER BY last_seen_at DESC OFFSET \(limit)
                )
                """)
            return token
        }
    }

    /// No device of the account is known any more, in the caller's transaction, which says why: whoever has copied a cookie has
    /// nothing with it.
    static func forget(of account: AccountID, on connection: Connection) throws {
        try connection.run("DELETE FROM devices WHERE account_id = \(account)")
    }

    private static func isOurs(_ token: SecretToken?, on connection: Connection) throws -> Bool {
        try connection.run("SELECT FROM devices WHERE token_hash = \(token?.hash) LIMIT 1").first != nil
    }
}
