package import ChatCore
package import Postgres
package import SecondFactor

/// The SQL of second factors: authenticator apps and recovery codes.
package enum SecondFactors {
    /// What an account has.
    package struct Standing: Sendable, Equatable {
        /// Whether log-ins are asked for a code; not before the secret is confirmed.
        package let isOn: Bool
        /// How many are left.
        package let recoveryCodes: Int64
    }

    /// Off and without codes for an account that has none.
    package static func standing(of account: AccountID, on connection: Connection) throws -> Standing {
        let rows = try connection.run(
            """
            SELECT confirmed_at IS NOT NULL AS is_on,
                (SELECT count(*) FROM recovery_codes WHERE account_id = f.account_id) AS codes
            FROM second_factors f WHERE account_id = \(account)
            """)
        guard let row = rows.first else { return Standing(isOn: false, recoveryCodes: 0) }
        return Standing(isOn: try row.get("is_on"), recoveryCodes: try row.get("codes"))
    }

    /// Whether any account has one.
    package static func areUsed(on connection: Connection) throws -> Bool {
        try connection.run("SELECT FROM second_factors LIMIT 1").first != nil
    }

    /// Keeps a secret until ``confirm(_:askedBy:renewedBy:from:seal:on:)`` shows that the app has it. Nothing is asked for until then.
    /// - Parameter token: proves the session in the place of the one that asks, which is returned.
    /// - Throws: `second_factor_exists`; `not_authenticated` if the one that asks has ended meanwhile.
    package static func begin(
        _ secret: OneTimeSecret, askedBy current: Session, renewedBy token: SecretToken, seal: SecretSeal,
        on connection: Connection
    ) throws -> Session {
        let account = current.account.id
        let sealed = Bytes(try seal.seal(secret.bytes, for: context(account)))
        return try Sessions.transaction(of: current, on: connection) {
            let rows = try connection.run(
                """
                INSERT INTO second_factors (account_id, secret) VALUES (\(account), \(sealed))
                ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, last_step = 0
                    WHERE second_factors.confirmed_at IS NULL
                RETURNING account_id
                """)
            guard rows.first != nil else {
                throw ChatError(
                    .secondFactorExists, "There is a second factor already. Turn it off first to set up another one.")
            }
            return try Sessions.replace(current, token: token, on: connection)
        }
    }

    /// Turns the second factor on, with the app's first code, and ends every session.
    /// - Parameter token: proves the one that goes on.
    /// - Returns: recovery codes, which nobody sees again, and that session.
    /// - Throws: `wrong_code`, `second_factor_not_begun`, `second_factor_exists`; `not_authenticated` if the session that asks has ended
    ///   meanwhile.
    package static func confirm(
        _ code: String, askedBy current: Session, renewedBy token: SecretToken, from address: String?, seal: SecretSeal,
        on connection: Connection
    ) throws -> (codes: [RecoveryCode], renewal: Sessions.Renewal) {
        // A log-in of this moment comes before, and its session is ended here, or after, and has to show a code.
        try Sessions.transaction(of: current, on: connection) {
            let account = current.account.id
            let stored = try find(account, seal: seal, on: connection)
            guard !stored.isOn else { throw ChatError(.secondFactorExists, "The second factor is on already.") }
            try use(code, stored, of: account, seal: seal, on: connection)
            try connection.run("UPDATE second_factors SET confirmed_at = now() WHERE account_id = \(account)")
            let codes = try makeRecoveryCodes(for: account, on: connection)
            try Audit.write(AuditEntry(.secondFactorAdded, account, from: address, session: current.id), on: connection)
            return (codes, try Sessions.replaceAll(askedBy: current, token: token, on: connection))
        }
    }

    /// Uses up a code of the app or a recovery code.
    /// - Throws: `wrong_code`; `second_factor_not_begun` if nothing has been turned on.
    package static func verify(
        _ code: String, of account: AccountID, from address: String?, seal: SecretSeal, on connection: Connection
    ) throws {
        try connection.transaction {
            try verifyInTransaction(code, of: account, from: address, seal: seal, on: connection)
        }
    }

    /// New recovery codes in place of the old ones.
    /// - Parameter token: proves the session in the place of the one that asks.
    /// - Throws: `wrong_code`, `second_factor_not_begun`; `not_authenticated` if the session that asks has ended meanwhile.
    package static func replaceRecoveryCodes(
        provedBy code: String, askedBy current: Session, renewedBy token: SecretToken, from address: String?,
        seal: SecretSeal, on connection: Connection
    ) throws -> (codes: [RecoveryCode], session: Session) {
        try Sessions.transaction(of: current, on: connection) {
            let account = current.account.id
            try verifyInTransaction(code, of: account, from: address, seal: seal, on: connection)
            try Audit.write(
                AuditEntry(.recoveryCodesMade, account, from: address, session: current.id), on: connection)
            let codes = try makeRecoveryCodes(for: account, on: connection)
            return (codes, try Sessions.replace(current, token: token, on: connection))
        }
    }

    /// Turns the second factor off, and ends every session.
    /// - Parameter token: proves the one that goes on.
    /// - Throws: `wrong_code`, `second_factor_not_begun`; `not_authenticated` if the session that asks has ended meanwhile.
    package static func remove(
        provedBy code: String, askedBy current: Session, renewedBy token: SecretToken, from address: String?,
        seal: SecretSeal, on connection: Connection
    ) throws -> Sessions.Renewal {
        try Sessions.transaction(of: current, on: connection) {
            let account = current.account.id
            try verifyInTransaction(code, of: account, from: address, seal: seal, on: connection)
            try connection.run("DELETE FROM second_factors WHERE account_id = \(account)")
            try Audit.write(
                AuditEntry(.secondFactorRemoved, account, from: address, session: current.id), on: connection)
            return try Sessions.replaceAll(askedBy: current, token: token, on: connection)
        }
    }

    /// For somebody who has lost the app and the codes: turns the second factor off without either, and ends every session.
    /// - Returns: the sessions that were ended.
    /// - Throws: `account_not_found`, `not_allowed`, `second_factor_not_begun`.
    package static func remove(
        of handle: Handle, by administrator: Administrator, on connection: Connection
    ) throws -> [SessionID] {
        try connection.transaction {
            let account = try AccountRecords.find(handle, forChangeBy: administrator, on: connection).account.id
            let rows = try connection.run(
                "DELETE FROM second_factors WHERE account_id = \(account) RETURNING account_id")
            guard rows.first != nil else {
                throw ChatError(.secondFactorNotBegun, "\(handle) has no second factor.")
            }
            try Audit.write(AuditEntry(.secondFactorRemoved, account, by: administrator), on: connection)
            return try Sessions.endAll(of: account, on: connection)
        }
    }

    private struct Stored {
        let secret: OneTimeSecret
        /// Under the current pepper.
        let isSealed: Bool
        let isOn: Bool
        let lastStep: Int64
        /// The database's clock, in seconds since 1970: the same for every server.
        let now: Int64
    }

    /// Locks the row, so that of two log-ins with one code the second finds it used.
    private static func find(_ account: AccountID, seal: SecretSeal, on connection: Connection) throws -> Stored {
        let rows = try connection.run(
            """
            SELECT secret, confirmed_at IS NOT NULL AS is_on, last_step,
                floor(extract(epoch FROM clock_timestamp()))::bigint AS now
            FROM second_factors WHERE account_id = \(account) FOR UPDATE
            """)
        guard let row = rows.first else { throw notBegun }
        let sealed = try row.get("secret", as: Bytes.self)
        // A damaged row lets nobody in without a code.
        guard let secret = OneTimeSecret(stored: try seal.open(sealed.value, for: context(account))) else {
            throw SecretSeal.CannotOpen()
        }
        return Stored(
            secret: secret, isSealed: seal.isCurrent(sealed.value), isOn: try row.get("is_on"),
            lastStep: try row.get("last_step"), now: try row.get("now"))
    }

    private static func verifyInTransaction(
        _ code: String, of account: AccountID, from address: String?, seal: SecretSeal, on connection: Connection
    ) throws {
        if let recovery = RecoveryCode(presented: code) {
            let rows = try connection.run(
                """
                DELETE FROM recovery_codes WHERE account_id = \(account) AND code_hash = \(Bytes(recovery.hash))
                RETURNING account_id
                """)
            guard rows.first != nil else { throw wrongCode }
            try Audit.write(AuditEntry(.recoveryCodeUsed, account, from: address), on: connection)
            do {
                let stored = try find(account, seal: seal, on: connection)
                try sealAgain(stored, of: account, seal: seal, on: connection)
            } catch is SecretSeal.CannotOpen {
                // The recovery codes are what is left then.
            }
            return
        }
        let stored = try find(account, seal: seal, on: connection)
        guard stored.isOn else { throw notBegun }
        try use(code, stored, of: account, seal: seal, on: connection)
    }

    private static func use(
        _ code: String, _ stored: Stored, of account: AccountID, seal: SecretSeal, on connection: Connection
    ) throws {
        guard let step = stored.secret.step(of: code, at: stored.now, after: stored.lastStep) else { throw wrongCode }
        try connection.run("UPDATE second_factors SET last_step = \(step) WHERE account_id = \(account)")
        try sealAgain(stored, of: account, seal: seal, on: connection)
    }

    /// The pepper is another one than when the secret was sealed, or there was none: from now on the old one is not needed here.
    private static func sealAgain(
        _ stored: Stored, of account: AccountID, seal: SecretSeal, on connection: Connection
    ) throws {
        guard !stored.isSealed else { return }
        let sealed = Bytes(try seal.seal(stored.secret.bytes, for: context(account)))
        try connection.run("UPDATE second_factors SET secret = \(sealed) WHERE account_id = \(account)")
    }

    private static func makeRecoveryCodes(
        for account: AccountID, on connection: Connection
    ) throws -> [RecoveryCode] {
        let codes = RecoveryCode.ten()
        try connection.run("DELETE FROM recovery_codes WHERE account_id = \(account)")
        try connection.run(
            """
            INSERT INTO recovery_codes (account_id, code_hash)
            SELECT \(account), hash FROM unnest(\(SQLArray(codes.map { Bytes($0.hash) }))) AS c (hash)
            """)
        return codes
    }

    /// What a sealed secret is bound to: copied to another account's row it cannot be opened.
    private static func context(_ account: AccountID) -> String { "second factor of account \(account.rawValue)" }

    private static var notBegun: ChatError {
        ChatError(.secondFactorNotBegun, "There is no second factor. Set one up with POST /v1/me/second-factor.")
    }

    private static var wrongCode: ChatError {
        ChatError(
            .wrongCode,
            "This code is not the right one, or was used before. Wait for the app's next one; recovery codes work once each.",
            field: "code")
    }
}
