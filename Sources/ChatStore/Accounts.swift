package import ChatCore
package import Postgres

/// The SQL of accounts.
package enum Accounts {
    /// A new account's first session, and the room that its invitation is for, if there is one.
    package typealias SignedUp = (session: Session, room: RoomName?)

    /// Creates an account and its first session, uses up the invitation, or does none of it.
    /// - Parameters:
    ///   - passwordHash: a PHC string.
    ///   - invitation: the code of one, if the person has one.
    /// - Throws: `handle_taken`, `invitation_not_valid`.
    package static func signUp(
        _ handle: Handle, displayName: DisplayName, passwordHash: String, invitation: SecretToken? = nil,
        token: SecretToken, at place: LoginPlace, on connection: Connection
    ) throws -> SignedUp {
        try connection.transaction {
            let invitation = try invitation.map { try Invitations.use($0, on: connection) }
            let account = try create(
                handle, displayName: displayName, passwordHash: passwordHash, invitation: invitation?.id,
                on: connection)
            let session = try Sessions.create(
                for: account, provedBy: passwordHash, token: token, at: place, on: connection)
            let entry = AuditEntry(
                .accountCreated, account, from: place.address, session: session.id, detail: detail(invitation?.id))
            try Audit.write(entry, on: connection)
            return (session, invitation?.room)
        }
    }

    /// Creates a guest's account, which has no password, and its session.
    package static func enter(
        as displayName: DisplayName, token: SecretToken, at place: LoginPlace, on connection: Connection
    ) throws -> Session {
        try connection.transaction {
            // One in a million million guests has a handle that is taken.
            var account: AccountID?
            while account == nil {
                account = try insert(.guest(), displayName, passwordHash: nil, .guest, nil, on: connection)
            }
            guard let account else { throw ChatError.notAuthenticated }
            let session = try Sessions.create(for: account, provedBy: nil, token: token, at: place, on: connection)
            let entry = AuditEntry(.guestCreated, account, from: place.address, session: session.id)
            try Audit.write(entry, on: connection)
            return session
        }
    }

    /// Turns the guest that asks into a member: it gets a handle, a password, and a new session in place of its old ones.
    /// - Parameter displayName: `nil` to keep the guest's.
    /// - Returns: also the sessions that were ended.
    /// - Throws: `handle_taken`, `invitation_not_valid`; `not_allowed` for an account that is no guest, or no longer; `not_authenticated`
    ///   if the session that asks has ended meanwhile.
    package static func signUp(
        guest: Session, as handle: Handle, displayName: DisplayName?, passwordHash: String,
        invitation: SecretToken?, token: SecretToken, at place: LoginPlace, on connection: Connection
    ) throws -> (signedUp: SignedUp, ended: [SessionID]) {
        try connection.transaction {
            let invitation = try invitation.map { try Invitations.use($0, on: connection) }
            let id = guest.account.id
            let rows = try runUnlessTaken(
                handle,
                """
                UPDATE accounts
                SET handle = \(handle.description), role = 'member', password_hash = \(passwordHash),
                    display_name = coalesce(\(displayName?.description), display_name), invitation_id = \(invitation?.id)
                WHERE id = \(id) AND role = 'guest' RETURNING id
                """, on: connection)
            guard rows.first != nil else {
                throw ChatError(.notAllowed, "Only a guest can be made a member in this way.")
            }
            let ended = try Sessions.endAll(of: id, on: connection)
            guard ended.contains(guest.id) else { throw ChatError.notAuthenticated }
            let session = try Sessions.create(
                for: id, provedBy: passwordHash, token: token, at: place, on: connection)
            let entry = AuditEntry(
                .guestSignedUp, id, from: place.address, session: session.id, detail: detail(invitation?.id))
            try Audit.write(entry, on: connection)
            // Logs have shown the guest's name.
            try LogRevision.rise(on: connection)
            return ((session, invitation?.room), ended)
        }
    }

    /// With which invitation somebody has come, for the audit log.
    private static func detail(_ invitation: InvitationID?) -> String? {
        invitation.map { "invitation \($0.rawValue)" }
    }

    /// Creates an account in the caller's transaction.
    /// - Throws: `handle_taken`; `invalid_field` for a handle that only a guest or an erased account may have.
    static func create(
        _ handle: Handle, displayName: DisplayName, passwordHash: String?, role: Role = .member,
        invitation: InvitationID? = nil, on connection: Connection
    ) throws -> AccountID {
        try check(handle)
        let account = try insert(handle, displayName, passwordHash: passwordHash, role, invitation, on: connection)
        guard let account else { throw ChatError.taken(handle) }
        return account
    }

    private static func check(_ handle: Handle) throws(ChatError) {
        guard !handle.isForGuests else { throw .forGuests }
        guard !handle.isForErased else {
            throw .invalid("handle", "Handles that begin with erased- are for erased accounts. Choose another one.")
        }
    }

    /// - Returns: `nil` if the handle is taken.
    private static func insert(
        _ handle: Handle, _ displayName: DisplayName, passwordHash: String?, _ role: Role, _ invitation: InvitationID?,
        on connection: Connection
    ) throws -> AccountID? {
        try connection.run(
            """
            INSERT INTO accounts (handle, display_name, password_hash, role, invitation_id)
            VALUES (\(handle.description), \(displayName.description), \(passwordHash), \(role.rawValue), \(invitation))
            ON CONFLICT (handle) DO NOTHING
            RETURNING id
            """
        ).first?.get("id")
    }

    /// An update has no `ON CONFLICT`.
    private static func runUnlessTaken(_ handle: Handle, _ query: Query, on connection: Connection) throws -> Rows {
        try check(handle)
        do {
            return try connection.run(query)
        } catch  where error.sqlState == uniqueViolation {
            throw ChatError.taken(handle)
        }
    }

    private static let uniqueViolation = "23505"

    /// What a log-in is compared with.
    package struct Credentials: Sendable {
        /// Whom the password has to prove.
        package let account: Account
        /// A PHC string; `nil` for a guest, a bot, and whoever has not chosen a password yet: none is the right one.
        package let passwordHash: String?
        /// The account has logged in on the device before.
        package let isKnownDevice: Bool
        /// The account is logged in from the network that asks.
        package let isAtHome: Bool
        /// Nobody gets in then, not even with the right password.
        package let isDisabled: Bool
        /// A code is asked for after the password.
        package let hasSecondFactor: Bool
    }

    /// Who has this handle.
    /// - Parameters:
    ///   - device: the cookie of the device that asks, if it has one.
    ///   - network: of the address that asks: an address, or a range such as `2001:db8::/64`.
    package static func credentials(
        of handle: Handle, device: SecretToken?, network: String? = nil, on connection: Connection
    ) throws -> Credentials? {
        let rows = try connection.run(
            """
            SELECT id AS account_id, handle AS account_handle, display_name AS account_display_name, password_hash,
                disabled_at IS NOT NULL AS is_disabled,
                EXISTS (
                    SELECT FROM second_factors WHERE account_id = accounts.id AND confirmed_at IS NOT NULL
                ) AS has_second_factor,
                EXISTS (
                    SELECT FROM devices WHERE account_id = accounts.id AND token_hash = \(device?.hash)
                        AND last_seen_at > now() - \(Devices.days) * interval '1 day'
                ) AS is_known_device,
                EXISTS (
                    SELECT FROM sessions s WHERE s.account_id = accounts.id AND s.address <<= (\(network)::text)::inet
                        AND \(raw: Sessions.isValid)
                ) AS is_at_home
            FROM accounts WHERE handle = \(handle.description)
            """)
        return try rows.first.map { row in
            Credentials(
                account: try row.account(), passwordHash: try row.optional("password_hash"),
                isKnownDevice: try row.get("is_known_device"), isAtHome: try row.get("is_at_home"),
                isDisabled: try row.get("is_disabled"),
                hasSecondFactor: try row.get("has_second_factor"))
        }
    }

    /// The stored PHC string of an account's password.
    package static func passwordHash(of account: AccountID, on connection: Connection) throws -> String? {
        try connection.run("SELECT password_hash FROM accounts WHERE id = \(account)").first?
            .optional("password_hash")
    }

    /// Replaces the password of the account that asks, and all its sessions by a new one. Links to choose another password are
    /// good for nothing then, and no device is known.
    /// - Parameters:
    ///   - old: the PHC string that the new one replaces; nothing happens if it is not the stored one any more.
    ///   - token: proves the new session.
    ///   - address: where it is asked from.
    /// - Returns: the new session, and those that were ended; `nil` if the password was changed meanwhile.
    /// - Throws: `not_authenticated` if the session that asks has ended meanwhile.
    package static func changePassword(
        from old: String, to new: String, askedBy current: Session, token: SecretToken, from address: String?,
        on connection: Connection
    ) throws -> Sessions.Renewal? {
        try connection.transaction {
            let account = current.account.id
            guard try replaceHash(of: account, from: old, to: new, on: connection) else { return nil }
            try PasswordResets.void(of: account, on: connection)
            try Devices.forget(of: account, on: connection)
            let entry = AuditEntry(.passwordChanged, account, from: address, session: current.id)
            try Audit.write(entry, on: connection)
            return try Sessions.replaceAll(askedBy: current, token: token, on: connection)
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

extension ChatError {
    fileprivate static var forGuests: ChatError {
        .invalid("handle", "Handles that begin with guest- are for guests. Choose another one.")
    }

    static func taken(_ handle: Handle) -> ChatError {
        ChatError(.handleTaken, "The handle \(handle) is taken. Choose another one.", field: "handle")
    }
}
